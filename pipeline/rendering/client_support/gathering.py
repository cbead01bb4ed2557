"""Facts about a page while they are gathered: how often each holds, and where it does first."""

from collections.abc import Iterator

from pipeline.rendering.client_support.features import FACTS

#: Facts with how often each holds and where it does first.
Facts = tuple[tuple[str, int, int], ...]


class Gathering:
    """Counts the facts that decide about a feature, and passes over the others."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, int] = {}

    def add(self, fact: str, offset: int, times: int = 1) -> None:
        """Take in a fact; offsets may come in any order."""
        if fact not in FACTS:
            return
        self._counts[fact] = self._counts.get(fact, 0) + times
        if offset < self._first.get(fact, offset + 1):
            self._first[fact] = offset

    def add_all(self, facts: Facts, offset: int, times: int = 1) -> None:
        """Take in what was gathered of a part that begins at ``offset``."""
        for fact, count, first in facts:
            self.add(fact, offset + first, count * times)

    def facts(self) -> Facts:
        """Give what was gathered."""
        return tuple((fact, count, self._first[fact]) for fact, count in self._counts.items())

    def __iter__(self) -> Iterator[tuple[str, int, int]]:
        return iter(self.facts())
