"""A sender that dies at any step, and the next one that goes on: nobody twice, nobody lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.site import Site
from pipeline.errors import DatabaseFullError, MailbagError
from pipeline.store.database import Database
from pipeline.workflow import steering
from tests.workflow.office import SLOT, Office

_METHODS = ("reading", "writing", "writing_raw", "turn")


class _DeadError(Exception):
    """The process ends here; no handler of its own runs."""


class Dying:
    """A database in which the n-th transaction fails, before it begins or after it is durable."""

    def __init__(self, database: Database, fault: Callable[[], Exception]) -> None:
        self._database = database
        self._fault = fault
        self.calls = 0
        self.dies_at = 0
        self.after = False
        self.stays_dead = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._database, name)
        if name not in _METHODS:
            return found
        return lambda: _Transaction(self, found())

    def count(self) -> bool:
        self.calls += 1
        if self.stays_dead and self.dies_at:
            return self.calls >= self.dies_at
        return self.calls == self.dies_at

    def fault(self) -> Exception:
        return self._fault()


class _Transaction:
    def __init__(self, dying: Dying, inner: Any) -> None:
        self._dying = dying
        self._inner = inner
        self._dies = False

    def __enter__(self) -> Any:
        self._dies = self._dying.count()
        if self._dies and not self._dying.after:
            raise self._dying.fault()
        return self._inner.__enter__()

    def __exit__(self, *error: Any) -> Any:
        said = self._inner.__exit__(*error)
        if self._dies and error[0] is None:
            raise self._dying.fault()
        return said


def make_office(folder: Path, fault: Callable[[], Exception]) -> tuple[Office, Dying]:
    """An office at its slot, with two Q&As, three readers, and a database that can die."""
    office = Office.make(folder)
    office.send_due()
    office.write_qas("tea", "chairs")
    office.enlist()
    office.at(SLOT)
    dying = Dying(office.store.database, fault)
    for part in ("meta", "subscribers", "published", "slots", "drafts", "issues"):
        object.__setattr__(getattr(office.store, part), "database", dying)
    object.__setattr__(office.store, "database", dying)
    return office, dying


def check(office: Office) -> None:
    """The promises that hold whatever happened."""
    assert len(office.carrier.taken) == len(set(office.carrier.taken)), "somebody got it twice"
    (record,) = office.store.issues.all()
    sums = office.store.outbox().sums(record.number)
    assert sums.planned == 3
    assert sums.accepted + sums.in_doubt == 3, "somebody was lost"
    assert sums.in_doubt <= office.carrier.doubt
    assert len(office.carrier.taken) == 3 or sums.in_doubt
    assert office.published() == {"tea", "chairs"}
    assert record.state.value == "complete"
    assert [(entry[0], entry[1].value) for entry in office.slot_states()] == [
        ("2026-03-03", "taken")
    ]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_death_at_any_transaction_loses_nobody_and_repeats_nobody(
    tmp_path: Path, *, after: bool
) -> None:
    for number in range(1, 400):
        office, dying = make_office(tmp_path / f"site-{number}", _DeadError)
        dying.dies_at, dying.after, dying.stays_dead = number, after, True
        dying.calls = 0
        died = True
        try:
            office.send_due()
            died = False
        except _DeadError:
            pass
        dying.dies_at = 0
        office.send_due()
        office.send_due()

        check(office)
        office.close()
        if not died:
            assert number > 30, "the deaths do not reach the end of a day"
            return
    pytest.fail("a sending day has no end")


def test_full_disk_at_any_transaction_is_said_and_mended_by_the_next_call(tmp_path: Path) -> None:
    for number in range(1, 400):
        office, dying = make_office(tmp_path / f"site-{number}", _full)
        dying.dies_at, dying.calls = number, 0
        said: list[MailbagError] = []
        try:
            day = office.send_due()
            said += [
                *day.troubles,
                *(it.run.database_error for it in day.sent if it.run and it.run.database_error),
            ]
        except DatabaseFullError as error:
            said.append(error)
        reached = dying.calls >= number
        dying.dies_at = 0
        office.send_due()

        assert [type(error) for error in said] == ([DatabaseFullError] if reached else [])
        check(office)
        office.close()
        if not reached:
            assert number > 30, "the faults do not reach the end of a day"
            return
    pytest.fail("a sending day has no end")


def _full() -> DatabaseFullError:
    return DatabaseFullError("the disk is full", place="mailbag.db", remedy="make room")


def test_ledger_that_may_only_be_read_sends_nothing(office: Office) -> None:
    office.write_qas("tea")
    office.enlist()
    dying = Dying(office.store.database, _full)

    class ReadOnly(Dying):
        def __getattr__(self, name: str) -> Any:
            found = getattr(office.store.database, name)
            if name in {"writing", "writing_raw", "turn"}:
                raise _full()
            return found

    site: Site = office.site
    database = office.store.database
    try:
        for part in ("meta", "slots", "issues"):
            object.__setattr__(getattr(office.store, part), "database", ReadOnly(database, _full))
        with pytest.raises(DatabaseFullError):
            office.at(SLOT).send_due()
    finally:
        for part in ("meta", "slots", "issues"):
            object.__setattr__(getattr(office.store, part), "database", database)

    assert office.carrier.taken == []
    assert (dying.calls, site.folder) == (0, office.folder)
    assert office.store.issues.all() == ()


def test_stop_that_dies_in_the_middle_is_finished_by_the_next_call(tmp_path: Path) -> None:
    for number in range(1, 40):
        office, dying = make_office(tmp_path / f"site-{number}", _DeadError)
        office.carrier.before = lambda: None
        office.pause_after_first()
        dying.dies_at, dying.calls, dying.stays_dead = number, 0, True
        died = True
        try:
            steering.stop(office.store, 1, now=office.now)
            died = False
        except _DeadError:
            pass
        dying.dies_at = 0
        if office.state() == "stopped":
            office.send_due()
            sums = office.store.outbox().sums(1)
            assert (sums.accepted, sums.cancelled) == (1, 2)
        else:
            assert office.state() == "paused"
        office.close()
        if not died:
            return
    pytest.fail("a stop has no end")
