"""What is wrong with the address of a picture, in whatever way a page shows it."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.model.finding import Level
from pipeline.rendering.checks.faults import Fault

_UNUSABLE = Fault(
    "image/address",
    Level.WARNING,
    "a picture has no whole address, so it cannot be loaded from a mailbox",
    "write its address in full, with https:// and the host",
)
_INSECURE = Fault(
    "image/insecure",
    Level.WARNING,
    "a picture is loaded without encryption, and some mail programs leave it out",
    "use https://",
)
_EMBEDDED = Fault(
    "image/embedded",
    Level.WARNING,
    "a picture is written into the page as data:, which Gmail and Outlook do not show",
    "attach it, or serve it from a site",
)
#: Where another program writes an address later.
_LATER = re.compile(r"\{\{|\{%|\*\||%%|\[\[|\$\{|<%")
_SCHEMES = ("https:", "http:", "cid:", "data:")


def judge(address: str, host: str = "") -> Iterator[Fault]:
    """Say what is wrong with an address; ``host`` is the newsletter's, where there is one."""
    if _LATER.search(address):
        return
    low = address.strip().lower()
    if low.startswith("data:"):
        yield _EMBEDDED
    elif low.startswith("http:"):
        yield _INSECURE
    elif not low.startswith(_SCHEMES):
        yield _UNUSABLE
    if host and low.startswith(("https:", "http:")) and (other := _host(low)) != host:
        yield Fault(
            "image/elsewhere",
            Level.NOTE,
            f"a picture lies on {other or 'another host'}, which learns who reads the mail and can"
            " show another one after it was approved",
            f"serve it from {host}",
        )


def host_of(base_url: str) -> str:
    """Give the host of a newsletter's address."""
    return _host(base_url.lower())


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
