"""Who gets the newsletter: adding, importing, exporting and removing readers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.audience import addresses, csv_export, csv_import, providers, suppression
from pipeline.delivery.effects import EFFECTS
from pipeline.delivery.reply_class import ReplyClass
from pipeline.errors import ConfigError, ConflictError, NotFoundError
from pipeline.model.address import Address
from pipeline.model.subscriber import (
    NewSubscriber,
    Standing,
    Subscriber,
    SubscriberStatus,
    SuppressionReason,
)
from pipeline.store.opening import Store

#: Why an address is left out, as the ledger says it and as a person reads it.
WHY_NOT: Mapping[str, str] = {
    SuppressionReason.UNSUBSCRIBE: "this reader unsubscribed",
    SuppressionReason.HARD_BOUNCE: "the address does not exist, or took nothing for long",
    SuppressionReason.COMPLAINT: "this reader reported the newsletter as spam",
    SuppressionReason.MANUAL: "an operator removed this reader",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of the lines of a list."""

    added: int
    existing: int
    #: Line, and why it did not go in; in the order of the file.
    refused: tuple[tuple[int, str], ...]


def add(  # noqa: PLR0913 - one reader's facts
    store: Store, text: str, name: str, *, key: bytes, again: bool, now: datetime
) -> tuple[Address, bool]:
    """Add one reader, and tell whether that changed the list.

    ``again`` lifts the reader's own wish to leave, and an operator's word.
    """
    address = _parse(text)
    if name:
        address = _named(address, name)
    canonical = addresses.canonical(address.addr_spec)
    reader = NewSubscriber(
        address=address,
        canonical=canonical,
        fingerprint=suppression.fingerprint(key, canonical),
        provider=providers.provider_of(canonical),
        consent="added by an operator",
    )
    if again:
        obstacle = store.subscribers.again(reader, now=now)
        if obstacle is not None:
            raise ConflictError(
                f"{address.addr_spec} must not be written to: {WHY_NOT[obstacle]}",
                remedy="ask the reader for another address",
            )
        return address, True
    added = store.subscribers.add_all([(1, reader)], now=now)
    if added.not_added:
        why = added.not_added[0][1]
        raise ConflictError(
            f"{address.addr_spec} was not added: {WHY_NOT.get(why, why)}",
            remedy="if the reader asked to come back, add --again",
        )
    return address, added.added == 1


def bring(store: Store, path: Path, *, key: bytes, now: datetime) -> Brought:
    """Import a list; all its good lines go in as one transaction, or none."""
    try:
        with path.open("rb") as file:
            readers = csv_import.ReaderList(file, source=str(path), suppression_key=key)
            added = store.subscribers.add_all(readers, now=now)
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}", place=str(path), remedy="see that it is there"
        ) from error
    refused = [(line.line, line.reason) for line in readers.refused]
    refused += [(line, WHY_NOT.get(reason, reason)) for line, reason in added.not_added]
    return Brought(added=added.added, existing=added.existing, refused=tuple(sorted(refused)))


def export(store: Store | None) -> Iterator[str]:
    """Give the list as lines of CSV."""
    return csv_export.lines(store.subscribers.list() if store else ())


def export_to(store: Store | None, path: Path) -> int:
    """Write the list to a new file, private to its owner; give the number of readers.

    Raises ConfigError when that cannot be done; then there is no file, or the one that was.
    """
    count = -1  # the header is a line, too
    try:
        path.touch(mode=0o600, exist_ok=False)
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                for line in export(store):
                    file.write(line)
                    count += 1
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"the list cannot be written: {error.strerror}",
            place=str(path),
            remedy="choose another name, or make room",
        ) from error
    return count


def listed(store: Store, status: SubscriberStatus | None, *, review: bool) -> Iterator[Subscriber]:
    """Give the readers; for review, those whom a rule of their server keeps letters from."""
    if not review:
        return store.subscribers.list(status)
    rule = EFFECTS[ReplyClass.RECIPIENT_POLICY].strike
    issues = rule.issues if rule else 1
    found = store.subscribers.struck(ReplyClass.RECIPIENT_POLICY, issues=issues)
    return (reader for reader in found if status in {None, reader.status})


def standing(store: Store | None, reader: str) -> Standing:
    """Tell how a reader stands; raises NotFoundError when nobody has the address."""
    address = addresses.canonical(_parse(reader).addr_spec)
    found = store.subscribers.standing(address) if store else None
    if found is None:
        raise NotFoundError(
            f"{reader} is not on the list", remedy="`mailbag subscribers list` shows who is"
        )
    return found


def remove(store: Store, readers: Sequence[str], *, now: datetime) -> int:
    """Remove readers and keep their addresses from coming back; all of them, or none."""
    canonicals = [addresses.canonical(_parse(reader).addr_spec) for reader in readers]
    for reader, canonical in zip(readers, canonicals, strict=True):
        if store.subscribers.find(canonical) is None:
            raise NotFoundError(
                f"{reader} is not on the list", remedy="`mailbag subscribers list` shows who is"
            )
    return sum(store.subscribers.remove(canonical, now=now) for canonical in canonicals)


def _parse(text: str) -> Address:
    try:
        return addresses.parse(text)
    except ValueError as error:
        raise ConfigError(f"no address: {error}", remedy="write it as name@domain") from error


def _named(address: Address, name: str) -> Address:
    try:
        return Address(address.addr_spec, name)
    except ValueError as error:
        raise ConfigError(
            f"the name {name!r} cannot be used: {error}",
            remedy="write it on one line, in plain characters",
        ) from error
