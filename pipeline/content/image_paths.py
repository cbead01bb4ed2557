"""Where the image may lie that a text asks for: in the content folder, and nowhere else."""

from pathlib import PurePosixPath
from unicodedata import normalize
from urllib.parse import SplitResult, unquote, urlsplit

from pipeline.model.controls import has_control
from pipeline.model.image import ImageFault

#: The folder, relative to the site, that all images of texts are in.
CONTENT = "content"

_COPY = "put a copy of it into the content folder and name that, such as pictures/map.png"


def places(reference: str, source: str) -> tuple[str, ...] | ImageFault:
    """Give the paths, relative to the site, to look at in turn.

    ``reference`` is what the Markdown parser gives: a URL, per cent signs and all. It counts from
    the folder of ``source``, the text's file, as in Obsidian and on GitHub, and then from the
    content folder.
    """
    try:
        parts = urlsplit(reference)
        path = unquote(parts.path, errors="strict")
    except ValueError:
        return _left_out(reference, "is no path", "name a file of the content folder")
    refusal = _refusal(parts, path)
    if refusal is not None:
        return _left_out(reference, *refusal)
    found = [
        place
        for folder in (PurePosixPath(source).parent, PurePosixPath(CONTENT))
        if (place := _within(folder, path)) is not None
    ]
    if not found:
        return _left_out(reference, "leads out of the content folder", _COPY)
    # A file's name is bytes on Linux, and a Mac writes it decomposed.
    forms = (form for place in found for form in _forms(place))
    return tuple(dict.fromkeys(forms))


def _refusal(parts: SplitResult, path: str) -> tuple[str, str] | None:
    """Say what is wrong with a reference, and what to do; ``None`` for a relative path."""
    if parts.scheme in {"", "http", "https"} and (parts.scheme or parts.netloc):
        return (
            "lies on the web, where it may change or vanish, and tells its owner who reads",
            _COPY,
        )
    if parts.scheme:
        return "is no path in the content folder", _COPY
    if has_control(path) or "\\" in path or "\N{REPLACEMENT CHARACTER}" in path:
        return "is no path", "write letters, and / between folders"
    if not path.strip("/. "):
        return "names no file", "write its path, such as pictures/map.png"
    if path.startswith("/"):
        return "is an absolute path", "write it relative to the content folder, pictures/map.png"
    return None


def _within(folder: PurePosixPath, path: str) -> str | None:
    """Follow a path from a folder, by its words alone; ``None`` when it leaves the content."""
    steps: list[str] = []
    for step in (*folder.parts, *PurePosixPath(path).parts):
        if step != "..":
            steps.append(step)
        elif steps:
            steps.pop()
        else:
            return None
    return "/".join(steps) if len(steps) > 1 and steps[0] == CONTENT else None


def _forms(path: str) -> tuple[str, str, str]:
    return path, normalize("NFC", path), normalize("NFD", path)


def _left_out(reference: str, fact: str, remedy: str) -> ImageFault:
    return ImageFault(f"the image {shown(reference)} {fact}", remedy, is_left_out=True)


def shown(reference: str) -> str:
    """Write a reference for a person: in quotes, on one line, and not endless."""
    text = unquote(reference)
    return repr(text if len(text) <= 80 else f"{text[:79]}…")
