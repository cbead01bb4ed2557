"""Domains that deny every reader they have: a company that is gone, or one that is out of order.

Nobody can tell the two apart on one day, so the readers of such a domain are given up as those are
who were refused for no known reason: after several issues. A provider of many readers has guards of
its own, which pause the issue (:mod:`pipeline.delivery.guards`); one company is not worth that.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pipeline.delivery.effects import StrikeRule

#: So many readers, all of them denied, are no chance any more: they have a reason in common.
ENOUGH: Final = 5
#: When such a denial is believed.
BELIEVED: Final = StrikeRule(issues=3, span=timedelta(weeks=2))


@dataclass(slots=True)
class _Denials:
    #: How many were denied so far, and who of them was condemned for it.
    count: int = 0
    condemned: list[int] = field(default_factory=list)
    #: It took a message as well.
    takes: bool = False


@dataclass(slots=True)
class Domains:
    """Counts denials of one run; a domain is looked at from its first one on."""

    _denials: dict[str, _Denials] = field(default_factory=dict, init=False)

    def __bool__(self) -> bool:
        """Tell whether any domain denied a reader."""
        return bool(self._denials)

    def take(self, domain: str) -> None:
        """Note that it took a message."""
        if domain in self._denials:
            self._denials[domain].takes = True

    def deny(self, domain: str, reader: int) -> tuple[int, ...] | None:
        """Note that it denied a reader.

        ``None``: the reader is meant, so far. Otherwise the domain denies all it has, and those
        are given who were condemned before it was noticed.
        """
        found = self._denials.setdefault(domain, _Denials())
        found.count += 1
        if found.takes:
            return None
        if found.count < ENOUGH:
            found.condemned.append(reader)
            return None
        before, found.condemned = tuple(found.condemned), []
        return before

    def silent(self) -> dict[str, int]:
        """Give the domains that deny all they have, and how many readers that are."""
        return {
            name: it.count
            for name, it in self._denials.items()
            if it.count >= ENOUGH and not it.takes
        }
