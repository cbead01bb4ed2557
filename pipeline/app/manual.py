"""Edge: the pages of the documentation that come with the program."""

import difflib
import re
from pathlib import Path

from pipeline import shipped
from pipeline.errors import ConfigError
from pipeline.model import finding_ids

_FINDINGS = "findings"
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\([^)\s]+\)")


def pages() -> dict[str, Path]:
    """Find the pages by their names."""
    return {path.stem: path for path in shipped.manual()}


def title_of(path: Path) -> str:
    """Give the heading of a page."""
    first, _, _ = path.read_text(encoding="utf-8").partition("\n")
    return first.removeprefix("# ")


def look_up(name: str) -> str:
    """Give a page, or what the page of the findings tells of one."""
    found = pages()
    if name in found:
        return found[name].read_text(encoding="utf-8").rstrip("\n")
    if "/" in name and finding_ids.is_known(name):
        return explain(name, found[_FINDINGS].read_text(encoding="utf-8"))
    near = difflib.get_close_matches(name, (*found, *finding_ids.IDS), n=1)
    raise ConfigError(
        f"the manual has no page and no finding {name!r}",
        remedy=f"did you mean {near[0]}" if near else "`mailbag manual` lists the pages",
    )


def explain(name: str, text: str) -> str:
    """Take what the page of the findings says of one: its line of the table, and its section."""
    of_client = name.startswith(f"{finding_ids.CLIENT_SUPPORT}/")
    heading = "## Client support" if of_client else f"### `{name}`"
    section = text.partition(f"\n{heading}\n")[2]
    section = re.split(r"^##", section, maxsplit=1, flags=re.MULTILINE)[0].strip("\n")
    row = re.search(rf"^\| `{re.escape(name)}` \| (.*?) \| (.*) \|$", text, re.MULTILINE)
    said = f"{row[1]}: {row[2]}\n\n" if row else ""
    # Where a link leads is not here to be followed.
    return f"{name}\n\n{said}{_LINK.sub(lambda found: found[1], section)}"
