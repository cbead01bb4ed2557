"""Links, images and comments that somebody meant and Markdown takes for plain text."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_LABEL = r"(?<!\\)(?P<sign>!?)\[(?P<label>[^\[\]\n]*)\]"
_INLINE = re.compile(_LABEL + r"(?P<gap>[ \t]?)\((?P<url>(?:[^()\n]|\([^()\n]*\))*)\)")
# Not an index of an index, such as a[i][j], nor two notes, such as [1][2].
_REFERENCE = re.compile(
    r"(?<![\w\\\])])(?P<sign>!?)\[(?P<label>[^\[\]\n]*[^\W\d][^\[\]\n]*)\]"
    r"\[(?P<name>[^\[\]\n]*\w[^\[\]\n]*|)\]"
)
_COMMENT = re.compile(r"(?<!\\)<!--")
_SCHEME = re.compile(r"(?P<name>[a-z][a-z0-9+.-]*):", re.IGNORECASE)
#: What is meant for an address where a blank stands before it, or in it.
_ADDRESS = re.compile(r"<?(?:https?:|mailto:|www\.|\.{0,2}/)|[^\s]+\.[a-z]{2,5}$", re.IGNORECASE)
_PATH = re.compile(r"[a-z][a-z0-9+.-]*:\S|[/\\#]|\.[a-z]{2,5}\b", re.IGNORECASE)
_TAKEN = frozenset({"http", "https", "mailto"})
#: An address within a text, without the sign that ends the sentence.
_BARE = re.compile(
    r"(?<![\w@/.:-])(?:https?://(?:[\w-]+\.)+\w+|www\.(?:[\w-]+\.)+\w{2,})"
    r"(?:[/?#:][^\s<>\"]*)?",
    re.IGNORECASE,
)
_ENDS = ".,;:!?'*_~\u2019\u201d\u00bb\u2026"
#: What stands before an address that is a link, or code.
_LINKED = ("<", "[", "](", "`")
_TITLE = re.compile(r"""\s+(?:"[^"]*"|'[^']*')\s*$""")


@dataclass(frozen=True, slots=True)
class Stray:
    """What readers see as it is written; the message goes on after it was quoted."""

    #: Where it begins in its block.
    offset: int
    text: str
    message: str
    remedy: str
    id: str = "text/markdown"


def find(content: str, shown: str) -> Iterator[Stray]:
    """Find them in the source of a block; ``shown`` is what readers see of it, without code."""
    if "]" not in shown and "<!--" not in shown:
        return
    for found in _INLINE.finditer(content):
        if _is_meant(found) and _is_shown(found[0][found[0].index("]") :], shown):
            what = "image" if found["sign"] else "link"
            message = f"which Markdown takes for no {what}, so readers see just that"
            yield Stray(found.start(), found[0], message, _remedy(found))
    for found in _REFERENCE.finditer(content):
        if _is_shown(found[0][found[0].index("]") :], shown):
            name = found["name"] or found["label"]
            yield Stray(
                found.start(),
                found[0],
                f"and [{name}] is defined nowhere in this text, so readers see just that",
                f"write [{found['label']}](https://...), or a line `[{name}]: https://...`",
            )
    for found in _COMMENT.finditer(content):
        if "<!--" in shown and content.find("-->", found.end()) < 0:
            message = "which begins a comment that has no end, so readers see it"
            yield Stray(found.start(), found[0], message, "end it with -->, or delete it")
            return


def find_bare(content: str, unlinked: str) -> Iterator[Stray]:
    """Find addresses that are no links; ``unlinked`` is what readers see beside links and code."""
    behind = 0
    for found in _BARE.finditer(unlinked):
        address = _whole(found[0])
        written = address.partition("&")[0]
        places = [one.start() for one in re.finditer(re.escape(written), content)]
        at = next(
            (at for at in places if at >= behind and not content[:at].endswith(_LINKED)), None
        )
        if at is None:
            at = places[0] if places else behind
        behind = max(behind, at)
        meant = address if "://" in address else f"https://{address}"
        message = "which is no link, so in many mail programs nothing happens where it is chosen"
        yield Stray(at, address, message, f"put it in <...>: <{meant}>", "link/bare")


def _whole(text: str) -> str:
    """Leave out what ends a sentence, and the bracket around an address."""
    while text[-1] in _ENDS or (text[-1] in ")]" and text.count(")") > text.count("(")):
        text = text[:-1]
    return text


def _is_meant(found: re.Match[str]) -> bool:
    url = found["url"].strip()
    if found["gap"]:
        # What a person says in brackets after a note is no address.
        says = found["label"].strip(" .…").lower() not in {"", "x", "sic"}
        is_address = bool(_ADDRESS.match(url)) and not re.search(r"\s", _TITLE.sub("", url))
        return bool(url) and (bool(found["sign"]) or (says and is_address))
    return bool(found["sign"]) or bool(_PATH.search(url))


def _is_shown(written: str, shown: str) -> bool:
    return written in shown or html.unescape(written) in shown


def _remedy(found: re.Match[str]) -> str:
    url = found["url"].strip()
    if found["gap"]:
        return "take the blank between ] and ( out"
    scheme = _SCHEME.match(url.removeprefix("<"))
    if scheme and scheme["name"].lower() not in _TAKEN:
        return (
            "name a file of the content folder by its path"
            if found["sign"]
            else "lead to an address that begins with https:// or mailto:"
        )
    bare = _TITLE.sub("", url)
    if re.search(r"\s", bare):
        return f"write its address as <{bare}>, or each blank in it as %20"
    if found["sign"]:
        return "write ![words](pictures/map.png), with the path in <> where it holds odd signs"
    return "write [words](https://...), with the address in <> where it holds odd signs"
