"""Text -> address, and the form in which two addresses are compared."""

import re
import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email

from pipeline.model.address import Address

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<spec>[^<>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
#: RFC 5322, section 3.2.3, which every valid local part in ASCII is, quoted ones not being taken.
_ATEXT = r"a-zA-Z0-9_!#$%&'*+/=?^`{|}~\-"
_DOT_ATOM = re.compile(rf"[{_ATEXT}]+(?:\.[{_ATEXT}]+)*")
#: RFC 5321, section 4.5.3.1.3, without the angle brackets.
_LONGEST = 254
#: RFC 5321, section 4.5.3.1.1: octets of a local part.
_LONGEST_LOCAL = 64
#: Longer text is no address, and not worth the time of a grammar.
_WORTH_READING = 1000
#: So much of a faulty one is shown.
_SHOWN = 80


def parse(text: str) -> Address:
    """Read ``addr@domain`` or ``Name <addr@domain>``.

    Nothing is looked up; domains under ``.test`` and ``.example`` are valid, so that operators
    can rehearse. Raises ValueError with a sentence.
    """
    stripped = text.strip()
    named = _NAMED.fullmatch(stripped)
    if named is None:
        return Address(parse_addr_spec(stripped))
    name = named["name"].strip()
    quoted = _QUOTED.fullmatch(name)
    if quoted is not None:
        name = re.sub(r"\\(.)", r"\1", quoted[1])
    return Address(parse_addr_spec(named["spec"].strip()), name)


def parse_addr_spec(text: str) -> str:
    """Check an address without a name; what is beyond ASCII in it comes back normalised (NFC)."""
    if len(text) > _WORTH_READING:
        raise ValueError("an address cannot be so long")
    try:
        valid = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        sentence = str(error).rstrip(".")
        raise ValueError(f"{text[:_SHOWN]!r}: {sentence[:1].lower()}{sentence[1:]}") from error
    addr_spec = text if text.isascii() else valid.normalized
    if len(addr_spec.rpartition("@")[0].encode()) > _LONGEST_LOCAL:
        raise ValueError(
            f"{text[:_SHOWN]!r}: more than {_LONGEST_LOCAL} octets stand before the @-sign"
        )
    return addr_spec


def canonical(addr_spec: str) -> str:
    """Give the form that the ledger compares by: NFC, lower case, the domain as A-label.

    Dots and plus tags stay: whether they make another mailbox is the provider's to say.
    Raises ValueError for a domain that is none.
    """
    if addr_spec.isascii():
        return addr_spec.lower()
    local, _, domain = addr_spec.rpartition("@")
    # Lower case may take a text out of its normal form.
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).lower())
    return f"{local}@{idna.encode(domain, uts46=True).decode('ascii').lower()}"


class AddressReader:
    """Reads very many addresses; each gets the verdict of :func:`parse_addr_spec`.

    The verdict on a local part in ASCII is a dot-atom's, the one on a domain is remembered.
    """

    #: Lists have few domains; this bounds the memory for one that was made up.
    REMEMBERED = 100_000

    def __init__(self) -> None:
        self._good_domains: set[str] = set()

    def parse_addr_spec(self, text: str) -> str:
        """Do the same as :func:`parse_addr_spec`, in a fiftieth of the time."""
        local, _, domain = text.partition("@")
        is_short = len(local) <= _LONGEST_LOCAL and len(text) <= _LONGEST
        if is_short and domain in self._good_domains and _DOT_ATOM.fullmatch(local):
            return text
        addr_spec = parse_addr_spec(text)
        # Names in Unicode have a second length to check.
        if addr_spec.isascii() and "xn--" not in domain.lower():
            if len(self._good_domains) >= self.REMEMBERED:
                self._good_domains.clear()
            self._good_domains.add(domain)
        return addr_spec
