"""The arithmetic of limits that senders share (GCRA): a limit is the time of the next turn.

Whoever takes turns moves it ahead. Times are microseconds since 1970. The databases do the same
in one statement (:mod:`pipeline.store.allowances`).
"""

from pipeline.model.allowance import Ask, Grant


def reserve(next_at: int | None, asked: Ask, *, now: int) -> Grant:
    """Give turns from the time of the next one on; ``None``: nobody had one yet."""
    if next_at is None:
        start = now
    elif next_at > now + asked.too_far:
        # When something left last cannot be told any more. It may have been a moment ago.
        start = now + asked.period
    elif next_at > now + asked.ahead:
        return Grant(end=None, wait=next_at - now)
    else:
        start = max(next_at, now - asked.credit)
    return Grant(end=start + asked.length, wait=start - now)
