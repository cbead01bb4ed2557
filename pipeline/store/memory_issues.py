"""The issues of the outbox in dictionaries: their rows, what people ask of them and decide."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.errors import ConflictError, NotFoundError
from pipeline.model.delivery import OTHER_PROVIDERS, Delivery, DeliveryEvent, DeliveryState, Sums
from pipeline.model.issue import ISSUE_TRANSITIONS, IssueEvent, IssueState
from pipeline.store import steps
from pipeline.store.memory_paces import MemoryPaces
from pipeline.store.memory_rows import LONG_AGO, HeldIssue, Row, Shard, after

_S, _E = DeliveryState, DeliveryEvent
FAR_OFF = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass
class MemoryIssues(MemoryPaces):
    """Gone with the process, like the rest of it."""

    #: So many readers are one shard.
    shard_size: int = 1000
    _issues: dict[int, HeldIssue] = field(default_factory=dict)

    def freeze(
        self,
        issue: int,
        addresses: Iterable[str],
        *,
        expires_at: datetime = FAR_OFF,
        provider_of: Callable[[str], str] = lambda _: OTHER_PROVIDERS,
    ) -> None:
        """Give an issue its rows; one reader is one address, counted from 1."""
        rows: defaultdict[str, list[Row]] = defaultdict(list)
        for number, address in enumerate(addresses, start=1):
            rows[provider_of(address)].append(Row(number, address))
        parts = [
            Shard(name, {row.subscriber_id: row for row in part[start : start + self.shard_size]})
            for name, part in rows.items()
            for start in range(0, len(part), self.shard_size)
        ]
        shards = dict(enumerate(parts, start=1))
        self._issues[issue] = HeldIssue(expires_at, shards)

    # -- its life

    def state(self, issue: int) -> IssueState:
        return self._issue(issue).state

    def is_published(self, issue: int) -> bool:
        """Tell whether a message of it was ever handed over."""
        return self._issue(issue).is_published

    def step(self, issue: int, event: IssueEvent) -> IssueState:
        """Let something happen to the issue, if :data:`ISSUE_TRANSITIONS` has it."""
        with self._turn:
            it = self._issue(issue)
            state = ISSUE_TRANSITIONS.get((it.state, event))
            if state is None:
                raise ConflictError(f"{event} is not possible: issue {issue} is {it.state}")
            it.state = state
            return state

    def revise(self, issue: int) -> int:
        """Put the next edition of a paused issue in force; give its number."""
        with self._turn:
            it = self._issue(issue)
            steps.check_revision(issue, it.state)
            it.revision += 1
            return it.revision

    def complete_if_done(self, issue: int) -> bool:
        """End a sending issue of which no row is queued, deferred or in hand."""
        with self._turn:
            it = self._issue(issue)
            if it.state is IssueState.SENDING and not any(
                row.state in steps.UNFINISHED for row in it.rows()
            ):
                it.state = IssueState.COMPLETE
            return it.state is IssueState.COMPLETE

    def cancel_rest(self, issue: int) -> int:
        """Cancel what a stopped issue has left to hand over; give the number of rows."""
        with self._turn:
            it = self._issue(issue)
            if it.state is not IssueState.STOPPED:
                raise ConflictError(f"issue {issue} is {it.state}, not stopped")
            rest = [row for row in it.rows() if row.state in steps.WAITING]
            for row in rest:
                row.state = after(row.state, _E.CANCEL)
            return len(rest)

    # -- when its shards are looked at

    def postpone(self, issue: int, *, until: datetime) -> None:
        with self._turn:
            for shard in self._issue(issue).shards.values():
                if not shard.owner and not shard.is_done:
                    shard.due_at = max(shard.due_at, until)

    def hurry(self, issue: int) -> None:
        with self._turn:
            for shard in self._issue(issue).shards.values():
                if not shard.owner and not shard.is_done:
                    shard.due_at = LONG_AGO

    def _wait(self, number: int, shard_number: int, row: Row) -> None:
        """See to it that somebody looks at a row that waits again."""
        issue = self._issue(number)
        if issue.state is IssueState.STOPPED:
            row.state = after(row.state, _E.CANCEL)
            return
        if issue.state is IssueState.COMPLETE:
            issue.state = ISSUE_TRANSITIONS[issue.state, IssueEvent.REOPEN]
        shard = issue.shards[shard_number]
        shard.due_at = row.due_at() if shard.is_done else min(shard.due_at, row.due_at())
        shard.is_done = False

    # -- what people ask and decide

    def sums(self, issue: int) -> Sums:
        with self._turn:
            counts = dict.fromkeys(_S, 0)
            for row in self._issue(issue).rows():
                counts[row.state] += 1
            return steps.add_up(issue, counts, planned=sum(counts.values()))

    def deliveries(self, issue: int, state: DeliveryState | None = None) -> Iterator[Delivery]:
        it = self._issue(issue)
        for row in it.rows():
            if state in {None, row.state}:
                yield Delivery(
                    issue=issue,
                    subscriber_id=row.subscriber_id,
                    address=row.address,
                    state=row.state,
                    attempts=row.attempts,
                    code=row.code,
                    reply=row.reply,
                    reason=row.reason,
                    relay=row.relay,
                    next_at=row.next_at,
                    edition=it.edition_of(row),
                )

    def resolve(
        self, issue: int, canonicals: Sequence[str] | None, event: DeliveryEvent, *, now: datetime
    ) -> int:
        """Say what became of doubtful messages: RESEND, ACCEPT or CLOSE."""
        with self._turn:
            it = self._issue(issue)
            steps.check_resolution(issue, event, state=it.state, expires_at=it.expires_at, now=now)
            count = 0
            for number, shard in it.shards.items():
                for row in shard.rows.values():
                    if row.state is _S.HANDING and (not shard.owner or shard.lease_until <= now):
                        row.state = after(row.state, _E.LOSE_REPLY)
                    if row.state is not _S.IN_DOUBT or (
                        canonicals is not None and row.address not in canonicals
                    ):
                        continue
                    row.state = after(row.state, event)
                    count += 1
                    if event is _E.RESEND:  # without its epoch, a late reply cannot write it
                        row.epoch, row.next_at, row.keeps_edition = 0, None, True
                        self._wait(issue, number, row)
            return count

    # -- within a turn

    def _issue(self, number: int) -> HeldIssue:
        try:
            return self._issues[number]
        except KeyError:
            raise NotFoundError(f"there is no issue {number}") from None
