"""A sender that dies at any step, and the next one that goes on: nobody twice, nobody lost."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DatabaseFullError, MailbagError, RelayError
from pipeline.store.database import Database
from pipeline.workflow import steering
from tests.workflow.office import SLOT, Office

#: More transactions than a day has.
_MANY = 400

_METHODS = ("reading", "writing", "writing_rows", "writing_raw", "turn")


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
        #: The kinds of transaction that always fail.
        self.refused: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._database, name)
        if name not in _METHODS:
            return found
        if name in self.refused:
            raise self._fault()
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

    def __exit__(self, *error: object) -> Any:
        said = self._inner.__exit__(*error)
        if self._dies and error[0] is None:
            raise self._dying.fault()
        return said


class Offices:
    """Offices at their slot, each with two Q&As, three readers, and a database that can die."""

    def __init__(self, folder: Path, fault: Callable[[], Exception] = _DeadError) -> None:
        self._folder = folder
        self._fault = fault
        self._count = 0
        self._model = Office.make(folder / "model")
        self._model.send_due()
        self._model.write_qas("tea", "chairs")
        self._model.enlist()
        self._model.close()
        # One for all of them: most of the time goes into the first edition of a renderer.
        self._renderer = self._model.shop.renderer()

    @contextmanager
    def one(self) -> Iterator[tuple[Office, Dying]]:
        self._count += 1
        folder = shutil.copytree(self._model.folder, self._folder / f"site-{self._count}")
        office = Office(folder).at(SLOT)
        office.shop = replace(office.shop, renderer=lambda: self._renderer)
        dying = Dying(office.store.database, self._fault)
        for part in ("meta", "subscribers", "published", "slots", "drafts", "issues"):
            object.__setattr__(getattr(office.store, part), "database", dying)
        object.__setattr__(office.store, "database", dying)
        try:
            yield office, dying
        finally:
            dying.dies_at = 0
            office.close()


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
    offices = Offices(tmp_path)
    for number in range(1, _MANY):
        with offices.one() as (office, dying):
            dying.dies_at, dying.after, dying.stays_dead = number, after, True
            died = dies(office.send_due)
            dying.dies_at = 0
            office.send_due()
            office.send_due()

            check(office)
        if not died:
            assert number > 30, "the deaths do not reach the end of a day"
            return
    pytest.fail("a sending day has no end")


def test_full_disk_at_any_transaction_is_said_and_mended_by_the_next_call(tmp_path: Path) -> None:
    offices = Offices(tmp_path, _full)
    for number in range(1, _MANY):
        with offices.one() as (office, dying):
            dying.dies_at = number
            said = errors_of(office)
            is_reached = dying.calls >= number
            dying.dies_at = 0
            office.send_due()

            assert said == ([DatabaseFullError] if is_reached else [])
            check(office)
        if not is_reached:
            assert number > 30, "the faults do not reach the end of a day"
            return
    pytest.fail("a sending day has no end")


def test_ledger_that_may_only_be_read_begins_nothing(tmp_path: Path) -> None:
    with Offices(tmp_path, _full).one() as (office, dying):
        dying.refused = ("writing", "writing_rows", "writing_raw", "turn")

        with pytest.raises(DatabaseFullError):
            office.send_due()

        assert office.carrier.taken == []
        assert office.store.issues.all() == ()


def test_stop_that_dies_in_the_middle_is_finished_by_the_next_call(tmp_path: Path) -> None:
    offices = Offices(tmp_path)
    for number in range(1, _MANY):
        with offices.one() as (office, dying):
            office.carrier.refuses_us = RelayError("the relay is away")
            office.send_due()
            dying.calls, dying.dies_at, dying.stays_dead = 0, number, True
            died = dies(lambda: steering.stop(office.store, 1, now=office.now))
            dying.dies_at = 0
            stopped = office.state() == "stopped"
            office.send_due()

            assert office.store.outbox().sums(1).cancelled == (3 if stopped else 0)
            assert office.published() == (set() if stopped else {"tea", "chairs"})
        if not died:
            return
    pytest.fail("a stop has no end")


def dies(work: Callable[[], object]) -> bool:
    try:
        work()
    except _DeadError:
        return True
    return False


def errors_of(office: Office) -> list[type[MailbagError]]:
    """Send what is due; give what was said about the ledger, raised or reported."""
    try:
        day = office.send_due()
    except DatabaseFullError as error:
        return [type(error)]
    reported = [it.run.database_error for it in day.sent if it.run and it.run.database_error]
    return [type(error) for error in (*day.troubles, *reported)]


def _full() -> DatabaseFullError:
    return DatabaseFullError("the disk is full", place="mailbag.db", remedy="make room")
