"""The host of an address: which number it is, however it is written, and whether it is public.

Browsers and resolvers read ``127.1``, ``0x7f.1`` and ``2130706433`` as 127.0.0.1 (the URL
Standard, section 3.5); ``fe80::1%eth0`` names a network card of one machine (RFC 6874).
"""

import ipaddress
import re
import unicodedata
from contextlib import suppress

Number = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: A host whose last part is one of these is a number, or nothing.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.IGNORECASE)
#: Longer ones have no place in an address, and take long to read.
_DIGITS = re.compile(r"[0-9]{1,20}|0x[0-9a-f]{1,20}", re.IGNORECASE)
_OWN = (".local", ".localhost", ".internal", ".lan")


def number_of(host: str) -> Number | None:
    """Give the number that a host is, without the name of a network card; ``None`` for a name."""
    bare = unicodedata.normalize("NFKC", host).partition("%")[0].rstrip(".")
    with suppress(ValueError):
        return ipaddress.ip_address(bare)
    with suppress(ValueError):
        return _read_ipv4(bare)
    return None


def _read_ipv4(host: str) -> ipaddress.IPv4Address:
    """Read up to four numbers, the last of which fills what is left; raise ValueError."""
    *bytes_, rest = map(_read_number, host.split("."))
    if len(bytes_) > 3 or any(byte > 255 for byte in bytes_) or rest >= 256 ** (4 - len(bytes_)):
        raise ValueError(f"{host} is no number of IPv4")
    return ipaddress.IPv4Address(
        sum(byte << 8 * (3 - place) for place, byte in enumerate(bytes_)) + rest
    )


def _read_number(text: str) -> int:
    """Read a number in decimal, octal (``0177``) or hexadecimal (``0x7f``) digits."""
    if not _DIGITS.fullmatch(text):
        raise ValueError(f"{text!r} is no number")
    if text[:2].lower() == "0x":
        return int(text, 16)
    return int(text, 8 if text[0] == "0" else 10)


def is_numeric(host: str) -> bool:
    """Tell whether browsers take a host for a number, a wrong one too."""
    return _NUMERIC.fullmatch(host) is not None


def is_of_one_machine(host: str) -> bool:
    """Tell whether a host names a network card, which only its own machine knows."""
    return ":" in host and "%" in host


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public network, also where IPv6 holds one of IPv4."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def is_private(host: str) -> bool:
    """Tell whether only an own network can know a host."""
    number = number_of(host)
    if number is not None:
        return not is_public(str(number))
    return "." not in host or host.endswith(_OWN)
