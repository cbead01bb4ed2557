"""What a message costs, beside what it costs others; the long way; signatures; and the rate."""

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.bench import measuring, relays
from tests.bench.figures import Figure, Size, each
from tests.bench.measuring import Cost, say

_CONNECTIONS = 10
#: Seconds; there and back it is 20 ms.
_ONE_WAY = 0.01
_WINDOW = 16
#: Messages a second.
_RATE = 50


def messages(folder: Path, size: Size) -> Iterator[Figure]:
    with relays.smtp_sink(folder) as port:
        sent, pools, alone = _in_turns(folder, port, size)
        weight = alone.value["message_bytes"]
        cost = each(sent, sent.value["accepted"])
        yield Figure(
            "CPU to compose, hand over and record one message",
            cost,
            "us",
            150,
            {
                "message_bytes": weight,
                "messages_a_second": round(sent.value["accepted"] / sent.seconds),
                "ledger": True,
                "connections": _CONNECTIONS,
            },
        )
        yield from _parts(sent, each(alone, size.messages))
        say("the same by others")
        for name, peer in _peers(folder, port, size.peer_messages, weight):
            yield _peer(name, peer, size.peer_messages)
        if pools:
            pool = min(pools, key=lambda it: it.cpu_seconds)
            name = f"nodemailer, ready bytes, no ledger, a pool of {_CONNECTIONS} connections"
            yield _peer(name, pool, size.peer_messages)
            share = 100 * cost / each(pool, size.peer_messages)
            yield Figure("CPU of a message, of nodemailer's", share, "%", 25)


def _in_turns(folder: Path, port: int, size: Size) -> tuple[Cost, list[Cost], Cost]:
    """Send by ours and by nodemailer in turns; give our least, all of theirs, and composing.

    Whatever else a machine does only adds, so the least is nearest to what the work takes.
    """
    installed = measuring.installed(folder) if _has_node() else None
    ours: list[Cost] = []
    theirs: list[Cost] = []
    composed: list[Cost] = []
    for number in range(size.turns):
        say(f"{size.messages:,} messages, turn {number + 1} of {size.turns}")
        site = _site(folder / f"messages-{number}", port, size.messages)
        ours.append(measuring.call("sends.send", site, size.messages))
        composed.append(measuring.call("sends.compose", site, size.messages))
        if installed is not None:
            weight = composed[-1].value["message_bytes"]
            wanted = (installed, port, size.peer_messages, weight, _CONNECTIONS)
            theirs.append(measuring.call("peers.nodemailer", *wanted))
    least = min(ours, key=lambda it: each(it, it.value["accepted"]))
    return least, theirs, min(composed, key=lambda it: it.cpu_seconds)


def _peer(name: str, cost: Cost, count: int) -> Figure:
    rate = round(count / cost.seconds)
    return Figure(f"peer: {name}", each(cost, count), "us", more={"messages_a_second": rate})


def _has_node() -> bool:
    return bool(shutil.which("npm") and shutil.which("node"))


def _parts(sent: Cost, compose: float) -> Iterator[Figure]:
    """Say where it goes: the ledger's thread also composes, which is measured alone."""
    user, system = (
        {
            thread: sent.value[thread][kind] / sent.value["accepted"] * 1e6
            for thread in ("driver", "ledger")
        }
        for kind in ("user", "system")
    )
    yield Figure("of it: to compose and mint its link", compose, "us")
    yield Figure("of it: protocol and driver", user["driver"], "us")
    yield Figure("of it: the feed and the ledger", user["ledger"] - compose, "us")
    yield Figure("of it: the kernel, for the sockets", system["driver"], "us")
    yield Figure("of it: the kernel, for the ledger's file", system["ledger"], "us")


def _peers(folder: Path, port: int, count: int, weight: int) -> Iterator[tuple[str, Cost]]:
    yield (
        "smtplib, ready bytes, no ledger, one connection",
        measuring.call("peers.ready_bytes", port, count, weight),
    )
    yield (
        "smtplib with an EmailMessage each, no ledger, one connection",
        measuring.call("peers.email_messages", port, count, weight),
    )
    yield (
        f"aiosmtplib, ready bytes, no ledger, {_CONNECTIONS} connections",
        measuring.call("peers.aiosmtplib_bytes", port, count, weight, _CONNECTIONS),
    )
    program = relays.program_of_postfix("smtp-source")
    if program is not None:
        yield (
            f"smtp-source (C), one text for all, no ledger, {_CONNECTIONS} connections",
            measuring.call("peers.smtp_source", program, port, count, weight, _CONNECTIONS),
        )


def signed(folder: Path, size: Size) -> Iterator[Figure]:
    say("signing")
    site = _site(folder / "signed", 1, 1)
    measuring.call("lists.freeze", site)
    took = measuring.call("signatures.sign", site, size.rounds).value
    more = {f"{name}_us": round(value, 1) for name, value in took.items()}
    yield Figure(
        "CPU of signing a message by RSA-2048, of one bare signature",
        (took["signed"] - took["unsigned"]) / took["bare"],
        "x",
        1.6,
        more,
    )


def far(folder: Path, size: Size) -> Iterator[Figure]:
    say("a relay 20 ms away")
    for window, count, extensions in (
        (1, size.far_messages, ()),
        (_WINDOW, size.streamed_messages, ("CHUNKING",)),
    ):
        with (
            relays.counting_sink(*extensions) as (near, look),
            relays.far_away(near, _ONE_WAY) as port,
        ):
            smtp = {"connections": "1", "messages_per_connection": "100000"}
            if window > 1:
                smtp["window"] = str(window)
            site = _site(folder / f"far-{window}", port, count, smtp)
            sent = measuring.call("sends.send", site, count)
            seen = look()
        assert len(seen.taken) == count
        turnarounds = seen.turnarounds / count
        pace = (count - 1) / (seen.taken[-1] - seen.taken[0])
        more: dict[str, Any] = {
            "messages": count,
            "window": window,
            "cpu_us": round(each(sent, count)),
        }
        if window == 1:
            name = "turnarounds a message at 20 ms, one connection, window 1"
            more["messages_a_second"] = round(pace)
            yield Figure(name, turnarounds, "", 1.05, more)
        else:
            name = f"messages a second at 20 ms, one connection, CHUNKING, window {window}"
            more["turnarounds_a_message"] = round(turnarounds, 3)
            yield Figure(name, pace, "/s", 500, more, at_least=True)


def limited(folder: Path, size: Size) -> Iterator[Figure]:
    for connections in (1, 4, 20):
        say(f"a limit of {_RATE} a second, {connections} connections")
        count = _RATE * (size.rate_seconds + 2)
        with relays.counting_sink() as (port, look):
            smtp = {"connections": str(connections), "rate": f'"{_RATE}/s"'}
            site = _site(folder / f"limited-{connections}", port, count, smtp)
            measuring.call("sends.send", site, count)
            taken = sorted(look().taken)
        # The first messages come while connections are opened and code is met for the first time.
        begin = taken[0] + 1
        within = sum(begin <= at < begin + size.rate_seconds for at in taken)
        expected = _RATE * size.rate_seconds
        yield Figure(
            f"off a limit of rate over {size.rate_seconds} s, connections: {connections}",
            100 * abs(within - expected) / expected,
            "%",
            1,
            {
                "limit_a_second": _RATE,
                "taken": within,
                "most_in_a_second": most_within(taken, 1.0),
                "longest_pause_ms": round(1000 * max(b - a for a, b in pairwise(taken))),
            },
        )


def most_within(times: list[float], seconds: float) -> int:
    """Give how many of them lie in the fullest window, half open; they are sorted."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def _site(folder: Path, port: int, readers: int, smtp: dict[str, str] | None = None) -> Path:
    """Make a newsletter with so many readers."""
    measuring.call("sites.make_mailing", folder, port, smtp)
    csv = folder.with_suffix(".csv")
    measuring.call("sites.write_readers", csv, readers)
    measuring.run("subscribers", "import", str(csv), site=folder)
    return folder
