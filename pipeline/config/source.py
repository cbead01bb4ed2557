"""The text of ``newsletter.toml``: where in it a key stands."""

import re

FILE_NAME = "newsletter.toml"

#: What ``mailbag init`` writes where a person must decide; a real send refuses while it stands.
PLACEHOLDER = "CHANGE-ME"

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')


class Source:
    """The lines of the toml; a parser of TOML forgets them."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    @property
    def placeholders(self) -> tuple[int, ...]:
        """Give the lines that hold ``CHANGE-ME`` outside a comment."""
        return tuple(
            number
            for number, line in enumerate(self._lines, 1)
            if PLACEHOLDER in _STRING_OR_COMMENT.sub(_without_comment, line)
        )

    def place(self, table: str, key: str = "", which: str | int = "") -> str:
        """Give the line of a key; the table's own when there is none, for people to look at.

        ``which``: the table's name among those of its kind, or its number among them, from 0.
        """
        inside, found, count = "", 0, -1
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
            if header:
                name = _dotted(header[1])
                if key and name == f"{table}.{key}":
                    return f"{FILE_NAME}:{number}"
                inside = name.split(".")[0]
                count += inside == table
                if (isinstance(which, int) and count != which) or (
                    isinstance(which, str) and which and name != f"{table}.{which}"
                ):
                    inside = ""
                if inside == table:
                    found = found or number
            elif (inside == table and key and _sets(line, key)) or (
                not inside and count < 0 and _sets(line, table)
            ):
                return f"{FILE_NAME}:{number}"
        return f"{FILE_NAME}:{found}" if found else FILE_NAME


def _dotted(header: str) -> str:
    """Give the name of a table as TOML reads it, such as ``checks.clients``."""
    return ".".join(part.strip().strip("\"'") for part in header.split("."))


def _sets(line: str, key: str) -> bool:
    return re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line) is not None


def _without_comment(found: re.Match[str]) -> str:
    return "" if found[0].startswith("#") else found[0]
