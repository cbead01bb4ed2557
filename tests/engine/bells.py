"""A bell that rings in this process: the promises of the real one, for tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Ring = tuple[str, tuple[int, ...]]


@dataclass
class LocalBells:
    """Fits :class:`pipeline.workflow.doorbells.Doorbells`; answered when somebody asks."""

    rung: list[Ring] = field(default_factory=list)
    is_heard: bool = False

    def plan(self, issue: int) -> None:
        self._ring("plan", issue)

    def send_shard(self, issue: int, shards: Sequence[int], *, within: Any = None) -> None:
        del within
        for shard in shards:
            self._ring("send_shard", issue, shard)

    def tick(self) -> None:
        self._ring("tick")

    def is_anybody_there(self) -> bool:
        return self.is_heard

    def answer(self) -> list[Ring]:
        """Take every ring, as a worker does."""
        found, self.rung = self.rung, []
        self.is_heard = True
        return sorted(found)

    def _ring(self, name: str, *ids: int) -> None:
        if (name, ids) not in self.rung:
            self.rung.append((name, ids))
