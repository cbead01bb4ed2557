"""What is wrong with where a link leads, wherever it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pipeline.model.finding import Level
from pipeline.rendering.checks import hosts

#: Services that hide where a link leads; filters distrust them, and they may end.
_SHORTENERS = frozenset(
    {
        *("adf.ly", "amzn.to", "bit.do", "bit.ly", "bitly.com", "buff.ly", "cutt.ly", "dlvr.it"),
        *("fb.me", "goo.gl", "hubs.la", "ift.tt", "is.gd", "j.mp", "lnkd.in", "mcaf.ee", "ow.ly"),
        *("qr.ae", "rb.gy", "rebrand.ly", "short.io", "shorturl.at", "s.id", "soo.gd", "t.co"),
        *("t.ly", "tiny.cc", "tiny.one", "tinyurl.com", "trib.al", "u.nu", "urlz.fr", "v.gd"),
    }
)
#: Parameters that follow the reader, not the page. Those of a campaign begin with ``utm_``.
_TRACKING = frozenset(
    {
        *("_hsenc", "_hsmi", "dclid", "dm_i", "epik", "fbclid", "gbraid", "gclid", "gclsrc"),
        *("igshid", "irclickid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "ml_subscriber"),
        *("ml_subscriber_hash", "msclkid", "oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid"),
        *("srsltid", "trk", "ttclid", "twclid", "vero_conv", "vero_id", "wbraid", "wickedid"),
        *("yclid", "ysclid"),
    }
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
#: Where another program writes an address later.
_LATER = re.compile(r"\{\{|\{%|\*\||%%|\[\[|\$\{|<%|\[%")
_MAILBOX = re.compile(r"[^@\s,]+@[^@\s,.]+(?:\.[^@\s,.]+)+")
#: What no name of a machine has.
_NO_HOST = re.compile(r"[\s%<>\"'\\^`{|}]")
#: Works on a phone, where most mail is read.
_OF_PHONES = ("tel:", "sms:")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with an address; the message goes on after "a link"."""

    id: str
    level: Level
    message: str
    remedy: str


def judge(url: str) -> Iterator[Trouble]:
    """Say what is wrong with an address; one that another program fills in is passed over."""
    url = url.strip()
    if _LATER.search(url):
        return
    if not url or url == "#":
        yield Trouble("link/empty", Level.WARNING, "leads nowhere", "write its address")
    elif url[:7].lower() == "mailto:":
        yield from _mailto(url)
    elif not url.startswith("#") and not url.lower().startswith(_OF_PHONES):
        yield from _web(url)


def _mailto(url: str) -> Iterator[Trouble]:
    mailboxes, _, fields = url[7:].partition("?")
    # Without a mailbox it is for whoever the reader wants to tell, if it says what.
    named = [box.strip() for box in mailboxes.split(",")] if mailboxes or not fields else []
    wrong = next((box for box in named if not _MAILBOX.fullmatch(box)), None)
    if wrong is not None:
        shown = f"{wrong!r}, which is no mail address" if wrong else "nobody"
        yield Trouble(
            "link/mailto",
            Level.WARNING,
            f"writes to {shown}",
            "write mailto: and a whole address, such as mailto:letters@news.example",
        )


def _web(url: str) -> Iterator[Trouble]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    of_one_machine = hosts.is_of_one_machine(host)
    number = hosts.number_of(host)
    is_host = host and (of_one_machine or not _NO_HOST.search(host))
    # Browsers take a host that ends in a number for one, and open nothing when it is none.
    is_host = is_host and (number is not None or not hosts.is_numeric(host))
    is_whole = parts.scheme in {"http", "https"} and is_host and _has_port(parts)
    if not is_whole or re.search(r"\s", url):
        yield Trouble("link/unusable", Level.WARNING, f"does not work in a mail: {url}", _way(url))
        return
    odd = number is not None and number.version == 4 and str(number) != host
    if of_one_machine or hosts.is_private(host):
        meant = f" ({host} is {number})" if odd else ""
        yield Trouble(
            "link/private",
            Level.WARNING,
            f"leads to a machine that only your own network knows{meant}: {url}",
            "write the public address",
        )
    elif odd:
        yield Trouble(
            "link/disguised",
            Level.WARNING,
            f"hides the number {number} in {host}, as forged ones do: {url}",
            "write the name of its host",
        )
    elif parts.scheme == "http":
        yield Trouble(
            "link/insecure",
            Level.NOTE,
            f"is not encrypted: {url}",
            "use https:// if the site has it",
        )
    if parts.username is not None:
        yield Trouble(
            "link/disguised",
            Level.WARNING,
            f"has a name before the host, as forged ones do: {url}",
            f"begin it with https://{host}",
        )
    if host.removeprefix("www.") in _SHORTENERS:
        yield Trouble(
            "link/shortener",
            Level.WARNING,
            f"hides where it leads, and spam filters distrust such: {url}",
            "write the address it leads to",
        )
    followed = [
        name
        for name, _ in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=None)
        if name.lower().startswith("utm_") or name.lower() in _TRACKING
    ]
    if followed:
        yield Trouble(
            "link/tracking",
            Level.NOTE,
            f"carries {', '.join(dict.fromkeys(followed))}, which follows readers: {url}",
            "take it out of the address; the page is the same without it",
        )


def _has_port(parts: SplitResult) -> bool:
    """Tell whether the port of an address, if it names one, is one that there can be."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def _way(url: str) -> str:
    if url.startswith("//"):
        return f"write https:{url}"
    if not _SCHEME.match(url):
        return "write it in full, with https:// and the host"
    if url.lower().startswith(("http://", "https://")):
        return "mend its host and its port, and write each blank of its path as %20"
    return "begin it with https:// or mailto:"
