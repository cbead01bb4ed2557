"""Edge: with which keys a site signs its messages, and what each issue was begun with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.app.site import Site
from pipeline.config.private_files import make_private, read_private
from pipeline.config.reading import FILE_NAME
from pipeline.delivery import headers
from pipeline.delivery.dkim import pinning
from pipeline.delivery.dkim.alignment import Alignment, alignment
from pipeline.delivery.dkim.pinning import KeyName, Pin, Stuck
from pipeline.delivery.dkim.signing import Algorithm, Signer, SigningKey, Terms
from pipeline.delivery.rewriting import MESSAGE_ID, rewritten_by
from pipeline.errors import ConfigError
from pipeline.model.record import IssueRecord
from pipeline.store.opening import Store

if TYPE_CHECKING:
    # Loading the arithmetic takes a while, and a site that does not sign never needs it.
    from pipeline.delivery.dkim.keys import PrivateKey

_WHAT = "the DKIM key"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key as the toml names it."""

    selector: str
    path: Path
    algorithm: Algorithm
    #: Whether new issues are signed with it.
    signs: bool

    def is_there(self) -> bool:
        return self.path.exists()

    def read(self) -> PrivateKey:
        """Read the key; raises ConfigError for one that must not be used."""
        from pipeline.delivery.dkim import keys  # noqa: PLC0415 - as above

        pem = read_private(self.path, _WHAT, remedy="`mailbag dkim` makes one where there is none")
        try:
            key = keys.parse(pem)
        except ValueError as error:
            raise ConfigError(
                f"the file of {_WHAT} {error}",
                place=str(self.path),
                remedy="`mailbag dkim` makes a good one in a file that is not there yet",
            ) from error
        if keys.algorithm_of(key) is not self.algorithm:
            raise ConfigError(
                f"the file of {_WHAT} holds one for {keys.algorithm_of(key)}, "
                f"and {self.selector} is to sign with {self.algorithm}",
                place=str(self.path),
                remedy="an Ed25519 key belongs to ed25519_key_file, an RSA key to the others",
            )
        return key

    def is_weak(self) -> bool:
        from pipeline.delivery.dkim import keys  # noqa: PLC0415 - as above

        return keys.is_weak(self.read())

    def record(self) -> str:
        """Give the text to publish in the DNS."""
        from pipeline.delivery.dkim import keys  # noqa: PLC0415 - as above

        return keys.record(self.read())

    def make(self) -> None:
        """Make the key; raises ConfigError if the file is there."""
        from pipeline.delivery.dkim import keys  # noqa: PLC0415 - as above

        make_private(self.path, _WHAT, keys.generate(self.algorithm))

    def load(self) -> SigningKey:
        from pipeline.delivery.dkim import keys  # noqa: PLC0415 - as above

        return keys.signing_key(self.selector, self.read())


def key_files(site: Site) -> tuple[KeyFile, ...]:
    """Give the keys of the toml, those that sign first; none where the relay is left to sign."""
    section = site.settings.document.dkim
    named = (
        (section.selector, section.key_file, Algorithm.RSA, True),
        (section.ed25519_selector, section.ed25519_key_file, Algorithm.ED25519, True),
        (section.second_selector, section.second_key_file, Algorithm.RSA, False),
    )
    return tuple(
        KeyFile(selector, site.settings.path(file), algorithm, signs)
        for selector, file, algorithm, signs in named
        if selector
    )


def make_missing(site: Site) -> frozenset[KeyFile]:
    """Make the keys that the toml names and that are not there; give those that were made.

    Raises ConfigError when the toml names none.
    """
    named = key_files(site)
    if not named:
        raise ConfigError(
            "[dkim] names no key",
            place=FILE_NAME,
            remedy='write domain, selector and key_file there, such as ".secrets/dkim-s2026.pem"',
        )
    missing = frozenset(file for file in named if not file.is_there())
    for file in missing:
        file.make()
    return missing


def check(site: Site, store: Store | None = None) -> None:
    """Refuse keys that cannot sign, and a domain that says nothing about From.

    With a ledger, the remedy for a key that is lost fits what it signed.
    """
    for file in key_files(site):
        if store is not None and not file.is_there():
            _refuse_if_needed(file, store)
        file.read()
    domain = site.settings.document.dkim.domain
    sender = sender_domain(site)
    if domain and alignment(domain, sender) is Alignment.NONE:
        raise ConfigError(
            f"a signature of {domain} says nothing about mail from {sender} (DMARC, RFC 9989)",
            place=site.settings.place("dkim", "domain"),
            remedy=f"sign as {sender}, or as a domain above it that is yours",
        )


def _refuse_if_needed(file: KeyFile, store: Store) -> None:
    """Refuse the loss of a key that no new one can stand for."""
    for record in store.issues.all():
        text = store.meta.signing(record.number)
        names = Pin.from_json(text).keys if text is not None else ()
        is_its = any(name.selector == file.selector for name in names)
        if is_its and store.issues.may_repeat(record.number):
            raise ConfigError(
                f"{_WHAT} is gone, and a message of issue {record.number} that it signed may go"
                " out again and must have the same bytes",
                place=str(file.path),
                remedy="bring it back from where you keep your keys, since a new one is no help;"
                f" or {_settle(record.number)}, and `mailbag dkim` makes a new one",
            )


def sender_domain(site: Site) -> str:
    """Give the domain of From as it stands in messages."""
    return headers.addr_spec(site.from_.addr_spec).rpartition("@")[2]


def rewrites_message_id(site: Site) -> bool:
    """Tell whether the relay gives messages another Message-ID than ours."""
    return MESSAGE_ID in _left_out(site)


def signer_now(site: Site, now: datetime) -> Signer | None:
    """Give what a message that belongs to no issue is signed with, such as a test."""
    loaded = _loaded(site)
    return _signer(_wanted(site, loaded, now), loaded)


def signer_of(site: Site, store: Store, record: IssueRecord, now: datetime) -> Signer | None:
    """Give what an issue is signed with, and write it down.

    Raises ConfigError when a message of the issue may go out again and could not have the same
    bytes.
    """
    loaded = _loaded(site)
    text = store.meta.signing(record.number)
    pinned = Pin.from_json(text) if text is not None else None
    chosen = pinning.choose(
        pinned,
        _wanted(site, loaded, now),
        [KeyName.of(key) for key in loaded.values()],
        may_repeat=store.issues.may_repeat(record.number),
        now=now,
    )
    if isinstance(chosen, Stuck):
        raise _refusal(record.number, chosen, pinned or Pin(), loaded)
    store.meta.remember_signing(record.number, chosen.to_json())
    return _signer(chosen, loaded)


def _loaded(site: Site) -> Mapping[KeyFile, SigningKey]:
    return {file: file.load() for file in key_files(site)}


def _left_out(site: Site) -> frozenset[str]:
    """Whichever relay takes a message, it must not break the signature."""
    document = site.settings.document
    sections = (document.smtp, *document.smtp_backup)
    return frozenset().union(*(rewritten_by(it.host, it.rewrites) for it in sections))


def _wanted(site: Site, loaded: Mapping[KeyFile, SigningKey], now: datetime) -> Pin:
    section = site.settings.document.dkim
    if not section.domain:
        return Pin()
    return Pin(
        tuple(KeyName.of(key) for file, key in loaded.items() if file.signs),
        Terms(
            domain=section.domain,
            canonicalization=section.canonicalization,
            left_out=_left_out(site),
            # A signature tells whole seconds.
            signed_at=now.replace(microsecond=0),
        ),
    )


def _signer(pin: Pin, loaded: Mapping[KeyFile, SigningKey]) -> Signer | None:
    if pin.terms is None:
        return None
    by_name = {KeyName.of(key): key for key in loaded.values()}
    return Signer(tuple(by_name[name] for name in pin.keys), pin.terms)


def _settle(number: int) -> str:
    return f"settle its doubt with `mailbag resolve {number} --accepted` or `--close`"


def _refusal(
    number: int, why: Stuck, pin: Pin, loaded: Mapping[KeyFile, SigningKey]
) -> ConfigError:
    settle = _settle(number)
    if why is Stuck.EXPIRED:
        return ConfigError(
            f"a message of issue {number} may go out again, but its signature ends within a day",
            place=FILE_NAME,
            remedy=settle,
        )
    at_hand = {KeyName.of(key) for key in loaded.values()}
    gone = ", ".join(key.selector for key in pin.keys if key not in at_hand)
    return ConfigError(
        f"a message of issue {number} may go out again and must have the same bytes, "
        f"but the key that signed it as {gone} is not here",
        place=FILE_NAME,
        remedy="bring it back, as second_selector and second_key_file if need be, "
        f"until the issue is complete; or {settle}",
    )
