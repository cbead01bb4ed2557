"""What can be wrong with an element of a page, and the findings made of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering.checks.page import Page


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding that has no place yet."""

    id: str
    level: Level
    message: str
    remedy: str

    def at(self, page: Page, element: etree._Element) -> Finding:
        """Find it at an element."""
        return self._placed(page.place(element), self.message)

    def of(self, page: Page) -> Finding:
        """Find it in the page as a whole."""
        return self.at(page, page.root)

    def among(
        self,
        page: Page,
        elements: Iterable[etree._Element],
        cause: Callable[[etree._Element], int | None] = lambda _element: None,
    ) -> Iterator[Finding]:
        """Find it at the first of all the elements that have it, if there are any.

        ``cause`` gives the offset of what makes it, where that stands elsewhere.
        """
        found = list(elements)
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            offset = cause(found[0])
            place = page.place(found[0]) if offset is None else page.place_at(offset)
            yield self._placed(place, self.message + more)

    def _placed(self, place: tuple[int, int], message: str) -> Finding:
        return Finding(
            id=self.id,
            level=self.level,
            line=place[0],
            column=place[1],
            message=message,
            remedy=self.remedy,
        )
