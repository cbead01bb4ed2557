"""The head of a file between two ``---`` lines, and the body after it."""

import re
from dataclasses import dataclass

#: White space at the end of a fence is invisible to its author, so it does not count.
_OPENING = re.compile(r"(?:[^\S\n]*\n)*---[^\S\n]*(?:\n|\Z)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The parts of a text; joined they are the text again."""

    #: Blank lines and the first fence with its line end.
    opening: str = "---\n"
    #: What stands between the fences; not yet interpreted.
    yaml: str
    #: The second fence with its line end.
    closing: str = "---\n"
    body: str

    @property
    def first_line(self) -> int:
        """The line of the file, from 1, that ``yaml`` begins with."""
        return self.opening.count("\n") + 1

    @property
    def body_line(self) -> int:
        """The line of the file, from 1, that ``body`` begins with."""
        return self.first_line + (self.yaml + self.closing).count("\n")


@dataclass(frozen=True, slots=True)
class Unfenced:
    """Why a text has no front matter."""

    line: int
    message: str
    remedy: str


def split(text: str) -> FrontMatter | Unfenced:
    r"""Cut a text with ``\n`` line ends at its fences.

    A fence further down, in the body, is a rule or a heading of Markdown and stays there.
    """
    opening = _OPENING.match(text)
    if opening is None and text.lstrip().startswith("+++"):
        return Unfenced(1, "the front matter is TOML", "write it as YAML between two `---` lines")
    if opening is None:
        return Unfenced(
            1,
            "there is no front matter",
            "write `---` in the first line, then the keys such as `title:`, then `---`",
        )
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        return Unfenced(
            max(1, opening[0].count("\n")),
            "the front matter is never closed",
            "write `---` on a line of its own after the last key",
        )
    return FrontMatter(
        opening=opening[0],
        yaml=text[opening.end() : closing.start()],
        closing=closing[0],
        body=text[closing.end() :],
    )


def join(parts: FrontMatter) -> str:
    """Put together again what :func:`split` cut."""
    return parts.opening + parts.yaml + parts.closing + parts.body
