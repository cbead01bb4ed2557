"""What of the issue is on the desk, as the address of the page says it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

#: CSS pixels a frame may be wide: below, no phone is; above, no mail client's pane is.
NARROWEST, WIDEST = 240, 1400


class View(StrEnum):
    """Which side of the issue is shown."""

    #: The mail itself.
    HTML = "html"
    #: The page of the issue for everybody.
    WEB = "web"
    TEXT = "text"
    #: What the templates made, before it was compiled.
    SOURCE = "source"
    #: The message as the relay gets it.
    MESSAGE = "message"
    FINDINGS = "findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The query of the desk's address, understood."""

    view: View = View.HTML
    #: CSS pixels; None shows phone and desktop side by side.
    width: int | None = None
    #: The mail as clients with a dark mode that ask the mail for its own colours show it.
    dark: bool = False
    #: The mail as the many see it whose client loads no pictures.
    images: bool = True

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths to show: a phone's and a reading pane's, or the one that was asked for."""
        return (375, 640) if self.width is None else (self.width,)

    @property
    def query(self) -> str:
        """Write the state as a query; what is usual is left out."""
        pairs = {
            "view": "" if self.view is View.HTML else self.view.value,
            "width": self.width or "",
            "dark": "1" if self.dark else "",
            "images": "" if self.images else "0",
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})

    def but(
        self,
        *,
        view: str | None = None,
        width: int | None = None,
        both: bool = False,
        dark: bool | None = None,
        images: bool | None = None,
    ) -> str:
        """Give the address of the same state with something else; ``both`` is both widths."""
        return replace(
            self,
            view=self.view if view is None else View(view),
            width=None if both else width or self.width,
            dark=self.dark if dark is None else dark,
            images=self.images if images is None else images,
        ).query


def parse(query: Mapping[str, str]) -> State:
    """Understand a query; what makes no sense is as if it were not there."""
    view, width = query.get("view", ""), query.get("width", "")
    pixels = int(width) if width.isascii() and width.isdigit() and len(width) <= 4 else 0
    return State(
        view=View(view) if view in set(View) else View.HTML,
        width=pixels if NARROWEST <= pixels <= WIDEST else None,
        dark=query.get("dark") == "1",
        images=query.get("images") != "0",
    )
