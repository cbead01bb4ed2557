"""Header fields as bytes: RFC 5322 lines, and encoded-words only where RFC 2047 allows them.

Every function gives whole lines that end in CRLF and raises ValueError for a value that cannot
be written. Control characters are refused, not stripped, and looked for behind encoded-words
too, because some software on the way decodes them (CVE-2024-6923).
A text that only looks like an encoded-word is encoded itself, so readers see it as it was typed.
"""

import base64
import re
from datetime import UTC, datetime
from email.utils import format_datetime

import idna

from pipeline.model.address import Address
from pipeline.model.controls import has_control

#: RFC 5322, section 2.1.1: a line must be no longer, and should be no longer than 78.
LONGEST, WANTED = 998, 78
#: RFC 2047, section 2: an encoded-word, and a line with one.
_WORD, _WORD_LINE = 75, 76
#: RFC 2919, section 2.
_LIST_ID = 255

_PRINTABLE = re.compile(r"[ -~]*")
#: What stands for itself in an encoded-word of a display name too (RFC 2047, section 5, rule 3).
_Q_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_ATEXT = r"a-zA-Z0-9_!#$%&'*+/=?^`{|}~\-"
_DOT_ATOM = re.compile(rf"[{_ATEXT}]+(\.[{_ATEXT}]+)*")
#: RFC 6531, section 3.3: everything beyond ASCII is a letter; controls are looked for apart.
_LOCAL_PART = re.compile(rf"[{_ATEXT}\x80-\U0010ffff]+(\.[{_ATEXT}\x80-\U0010ffff]+)*")
_BLANKS = re.compile(r"(?<=[^ ]) +")
_INSIDE_BRACKETS = re.compile(r"[!-;=?-~]+")


def text(name: str, value: str) -> bytes:
    """Write an unstructured field, such as Subject; folded at blanks, else in encoded-words."""
    refuse_controls(name, value)
    if not value:
        raise ValueError(f"{name} is empty")
    if _needs_words(value) or value != value.strip(" "):
        return _in_words(name, value)
    lines = _folded(name, value)
    if any(len(line) > LONGEST for line in lines):
        return _in_words(name, value)
    return _joined(lines)


def mailbox(name: str, address: Address) -> bytes:
    """Write a field with exactly one mailbox: From, To, Reply-To."""
    spec = addr_spec(address.addr_spec)
    if not address.display_name:
        return _joined([f"{name}: {spec}"])
    return _named(name, address.display_name, spec)


def list_id(value: str, phrase: str) -> bytes:
    """Write List-Id (RFC 2919); the phrase is left out where it makes the field too long."""
    refuse_controls("List-Id", value)
    if not _DOT_ATOM.fullmatch(value) or "." not in value:
        raise ValueError(f"List-Id must be a name such as column.news.example, not {value!r}")
    if len(value) + 2 > _LIST_ID:
        raise ValueError(f"List-Id is longer than {_LIST_ID} characters")
    named = _named("List-Id", phrase, value) if phrase else b""
    fits = named and len(named) - len("List-Id: \r\n") <= _LIST_ID
    return named if fits else _joined([f"List-Id: <{value}>"])


def in_brackets(name: str, value: str) -> bytes:
    """Write a field whose value is one URI or id in angle brackets; never folded inside them."""
    if not is_bare(value) or len(name) + len(value) > LONGEST - 4:
        raise ValueError(f"{name} cannot hold {value[:200]!r}")
    return f"{name}: <{value}>\r\n".encode()


def date(value: datetime) -> bytes:
    """Write Date; an aware instant, shown in UTC so that a resend has the same bytes."""
    return _joined([f"Date: {format_datetime(value.astimezone(UTC))}"])


def plain(name: str, value: str) -> bytes:
    """Write a field whose value is a constant of this program."""
    return _joined([f"{name}: {value}"])


def is_bare(value: str) -> bool:
    """Tell whether a URI or id may stand in angle brackets: visible ASCII without a bracket."""
    return _INSIDE_BRACKETS.fullmatch(value) is not None


def addr_spec(spec: str) -> str:
    """Give an address as it is written in a header or envelope: its domain as A-label.

    A local part beyond ASCII stays as it is and needs SMTPUTF8 (RFC 6531, 6532).
    Raises ValueError for what is not a dot-atom, an at-sign and a domain.
    """
    local, _, domain = spec.rpartition("@")
    if not domain.isascii():
        # IDNA errors are UnicodeErrors, and so ValueErrors.
        domain = idna.encode(domain, uts46=True).decode("ascii")
    if has_control(spec) or not _LOCAL_PART.fullmatch(local) or not _DOT_ATOM.fullmatch(domain):
        raise ValueError(f"no address that can be written to: {spec!r}")
    return f"{local}@{domain}"


def refuse_controls(name: str, value: str) -> None:
    """Raise ValueError when a value holds a control character, encoded or not."""
    if has_control(value):
        raise ValueError(f"{name} holds a control character")


def _needs_words(value: str) -> bool:
    return _PRINTABLE.fullmatch(value) is None or "=?" in value


def _named(name: str, phrase: str, inside: str) -> bytes:
    """Write ``phrase <inside>``, the phrase as a quoted-string or in encoded-words."""
    refuse_controls(name, phrase)
    escaped = phrase.replace("\\", "\\\\").replace('"', '\\"')
    quoted = f'{name}: "{escaped}"'
    if _needs_words(phrase) or len(quoted) > WANTED:
        head = _in_words(name, phrase)[: -len("\r\n")].decode("ascii")
    else:
        head = quoted
    last = head.rpartition("\r\n")[2]
    gap = " " if len(last) + len(inside) + 3 <= _WORD_LINE else "\r\n "
    return _joined([f"{head}{gap}<{inside}>"])


def _in_words(name: str, value: str) -> bytes:
    words = _encoded_words(value, first=_WORD_LINE - len(name) - 2)
    return _joined([f"{name}: {words[0]}", *(f" {word}" for word in words[1:])])


def _encoded_words(value: str, *, first: int) -> list[str]:
    """Cut a text into encoded-words that each hold whole characters."""
    # Of a text in Latin letters Q leaves most readable; of any other it triples the length.
    mostly_ascii = sum(map(str.isascii, value)) * 2 >= len(value)
    kind, encode = ("q", _q) if mostly_ascii else ("b", _b)
    overhead = len(f"=?utf-8?{kind}??=")
    words: list[str] = []
    held = ""
    for character in value:
        room = (first if not words else _WORD) - overhead
        if held and len(encode(held + character)) > room:
            words.append(held)
            held = ""
        held += character
    return [f"=?utf-8?{kind}?{encode(word)}?=" for word in [*words, held]]


def _q(value: str) -> str:
    return "".join(
        chr(byte) if byte in _Q_SAFE else "_" if byte == 0x20 else f"={byte:02X}"
        for byte in value.encode()
    )


def _b(value: str) -> str:
    return base64.b64encode(value.encode()).decode("ascii")


def _folded(name: str, value: str) -> list[str]:
    """Cut a field before blanks so that its lines are no longer than wanted, if they can be."""
    line, body = f"{name}: {value}", len(name) + 2
    lines = []
    while len(line) > WANTED:
        # A run of blanks goes to the next line as a whole: no line is made of blanks only.
        cuts = [m.start() for m in _BLANKS.finditer(line) if m.start() > body]
        fitting = [cut for cut in cuts if cut <= WANTED] or cuts[:1]
        if not fitting:
            break
        lines.append(line[: fitting[-1]])
        line, body = line[fitting[-1] :], 0
    return [*lines, line]


def _joined(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()
