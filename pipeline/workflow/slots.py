"""Which slot an issue is for: the rule's, or the one an editor fixed in the issue's file."""

from datetime import UTC, date, datetime

from pipeline.content.issue_file import IssueFile
from pipeline.model.issue import Slot
from pipeline.model.record import SlotState
from pipeline.schedule import calendar
from pipeline.schedule.calendar import DueSlot
from pipeline.store.opening import Store
from pipeline.workflow.workshop import Workshop


def fixed(shop: Workshop, file: IssueFile | None) -> Slot | None:
    """Give the slot of an issue file: any day, at the rule's hour unless it says another."""
    if file is None or file.slot is None:
        return None
    if not isinstance(file.slot, datetime):
        return calendar.slot_on(shop.schedule, file.slot)
    moment = file.slot if file.slot.tzinfo else file.slot.replace(tzinfo=shop.zone)
    day = moment.astimezone(shop.zone).date()
    return Slot(shop.schedule.rule, day, moment.astimezone(UTC))


def due(
    shop: Workshop, store: Store, *, now: datetime, since: datetime, wanted: Slot | None
) -> tuple[DueSlot, ...]:
    """Give the slots whose time has come and of which nothing was decided, the oldest first.

    ``since`` is when the rule was first seen, ``wanted`` the slot that an editor fixed: it stands
    beside the rule's, and in the place of the one of its day.
    """
    settled = _settled(store)
    entries = calendar.due(shop.schedule, now=now, since=since, settled=settled)
    by_day = {entry.slot.local_date: entry for entry in entries}
    if wanted is not None and wanted.at >= since:
        by_day.pop(wanted.local_date, None)
        if wanted.at <= now and (wanted.rule, wanted.local_date) not in settled:
            by_day[wanted.local_date] = calendar.judge(shop.schedule, wanted, now=now)
    return tuple(sorted(by_day.values(), key=lambda entry: entry.slot.at))


def upcoming(shop: Workshop, store: Store | None, *, now: datetime, wanted: Slot | None) -> Slot:
    """Find the slot of the next issue: the earliest one due and open, else the next one."""
    since = store.meta.rule_in_force(shop.schedule.rule) if store else None
    if store is not None and since is not None:
        for entry in due(shop, store, now=now, since=since, wanted=wanted):
            if not entry.missed and not is_moved(entry.slot, wanted):
                return entry.slot
    if wanted is not None and wanted.at > now:
        return wanted
    return calendar.next_slot(shop.schedule, now)


def is_moved(slot: Slot, wanted: Slot | None) -> bool:
    """Tell whether an editor put the issue on a later day, so that this slot has none."""
    return wanted is not None and wanted.local_date > slot.local_date


def _settled(store: Store) -> frozenset[tuple[str, date]]:
    """Give the slots that are over: taken, skipped or missed."""
    return frozenset(
        (entry.slot.rule, entry.slot.local_date)
        for entry in store.slots.all()
        if entry.state is not SlotState.WAITING
    )
