"""What is wrong with the words of a link."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from pipeline.model.finding import Level
from pipeline.rendering.checks.addresses import Trouble

#: Words that say nothing to who hears only the links of a page, in the interface's languages.
_VAGUE = frozenset(
    {
        *(
            "click",
            "click here",
            "click this",
            "continue",
            "continue reading",
            "here",
            "learn more",
        ),
        *("link", "more", "more info", "read more", "see more", "this", "this link", "this page"),
        *("hier", "hier klicken", "klicken sie hier", "link", "mehr", "mehr lesen", "weiterlesen"),
        *("cliquez ici", "en savoir plus", "ici", "lire la suite", "plus", "voir plus"),
        *("aquí", "haga clic aquí", "haz clic aquí", "leer más", "más", "ver más"),
        *("اضغط هنا", "اقرأ المزيد", "المزيد", "هنا"),
    }
)
_SPACE = re.compile(r"\s+")
_EDGE = " .:!?…»«>→←[]()\u200e\u200f"
#: Words that a reader takes for an address. Not every one with a dot: "ASP.NET" is a name.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|edu|gov)(?:/\S*)?"
)


def judge(words: str, url: str) -> Iterator[Trouble]:
    """Say what is wrong with the words of a link that leads to ``url``."""
    text = _SPACE.sub(" ", words).strip()
    if not text:
        yield Trouble(
            "link/no-text",
            Level.WARNING,
            f"has no words, so nobody hears where it leads: {url}",
            "write words into it, or a text for its picture",
        )
    elif text.strip(_EDGE).casefold() in _VAGUE:
        yield Trouble(
            "link/vague",
            Level.NOTE,
            f"says {text!r}, which tells nothing of where it leads",
            "say where it leads, such as the title of the page",
        )
    elif _ADDRESS.fullmatch(text) and not _belongs(_host(text), _host(url)):
        yield Trouble(
            "link/disguised",
            Level.WARNING,
            f"shows {text} and leads to {_host(url)}, as forged ones do",
            "show words instead, or the address it leads to",
        )


def _host(url: str) -> str:
    try:
        host = urlsplit(url if "://" in url else f"https://{url}").hostname or ""
    except ValueError:
        return ""
    return host.lower().removeprefix("www.")


def _belongs(shown: str, real: str) -> bool:
    if not (shown and real):
        return True
    return shown == real or shown.endswith(f".{real}") or real.endswith(f".{shown}")
