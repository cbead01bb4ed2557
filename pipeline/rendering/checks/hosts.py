"""The host of an address: which number it is, however it is written, and whether it is public.

Browsers and resolvers read ``127.1``, ``0x7f.1`` and ``2130706433`` as 127.0.0.1 (the URL
Standard, section 3.5); ``fe80::1%eth0`` names a network card of one machine (RFC 6874).
"""

import ipaddress
import re
import socket
import unicodedata
from contextlib import suppress

Number = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: A host whose last part is one of these is a number, or nothing.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.IGNORECASE)
_OWN = (".local", ".localhost", ".internal", ".lan")


def number_of(host: str) -> Number | None:
    """Give the number that a host is, without the name of a network card; ``None`` for a name."""
    bare = unicodedata.normalize("NFKC", host).partition("%")[0].rstrip(".")
    with suppress(ValueError):
        return ipaddress.ip_address(bare)
    if is_numeric(bare):
        # It only reads; nothing is asked.
        with suppress(OSError, ValueError):
            return ipaddress.IPv4Address(socket.inet_aton(bare))
    return None


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
