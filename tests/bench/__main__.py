"""``python -m tests.bench [--quick]``: measured figures beside their limits, as one JSON document.

Nothing here fails because of a figure: what a machine is slow at is for a reader to judge.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import measuring
from tests.bench.measuring import Cost
from tests.e2e.counting_sink import CountingSink


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    readers: int = 1_000_000
    messages: int = 20_000
    files: int = 10_000
    peer_messages: int = 3_000
    times: int = 50


#: Q&As of an issue as long as they come, and of one that Gmail would nearly cut.
_USUAL, _LONGEST = 12, 21
QUICK = Size(readers=20_000, messages=2_000, files=500, peer_messages=300, times=5)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the document."""

    name: str
    value: float
    unit: str
    #: What docs call the limit; ``None`` where there is none.
    limit: float | None = None
    more: dict[str, Any] = field(default_factory=dict)
    #: The limit is the least there must be, not the most.
    at_least: bool = False

    def document(self) -> dict[str, Any]:
        found = {"name": self.name, "value": 0, "unit": self.unit, "limit": self.limit}
        holds = None
        if self.limit is not None:
            holds = self.value >= self.limit if self.at_least else self.value <= self.limit
        return {**found, "value": round(self.value, 3), "holds": holds, **self.more}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else Size()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mailbag-bench-", ignore_cleanup_errors=True) as folder:
        figures = [
            figure.document()
            for part in (editions, compared, lists, messages)
            for figure in part(Path(folder), size)
        ]
    document = {
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load_before": round(load, 2),
        },
        "sizes": asdict(size),
        "figures": figures,
    }
    print(json.dumps(document, indent=2))  # noqa: T201 - this is a program


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)  # noqa: T201 - this is a program


def editions(folder: Path, size: Size) -> Iterator[Figure]:
    _say("rendering")
    for count, name in ((_USUAL, "compile an issue, warm"), (_LONGEST, "check an issue")):
        site = folder / f"long-{count}"
        measuring.call("sites.make_long", site, count)
        found = measuring.call("editions.render_warm", site, size.times).value
        about = {key: found[key] for key in ("qas", "html_bytes", "cpu_ms")}
        value, limit = (found["compile_ms"], 20) if count == _USUAL else (found["check_ms"], 50)
        yield Figure(name, value, "ms", limit, about)
    joined = measuring.call("editions.personalise", folder / f"long-{_USUAL}", 100 * size.times)
    yield Figure("personalise both parts for a reader", joined.value, "ms", 0.05)
    sample = folder / "sample"
    measuring.call("sites.make_sample", sample)
    measuring.run("build", "--out", str(folder / "built"), site=sample)
    cold = [
        measuring.run("build", "--out", str(folder / "built"), site=sample)
        for _ in range(max(3, size.times // 5))
    ]
    yield Figure(
        "`mailbag build` from cold",
        statistics.median(cost.seconds for cost in cold),
        "s",
        0.8,
        {"cpu_s": round(statistics.median(cost.cpu_seconds for cost in cold), 3)},
    )
    if shutil.which("chromium"):
        _say("refreshing")
        shown = measuring.call("editions.refresh", sample, size.times // 5)
        yield Figure("save a file -> refreshed browser", shown.value, "ms", 300)
    _say(f"choosing from {size.files:,} files")
    column = folder / "column"
    measuring.call("sites.make_column", column, size.files)
    first = measuring.call("editions.choose", column)
    again = measuring.call("editions.choose", column)
    assert first.value == again.value == size.files
    name = f"choose from {size.files:,} Q&A files"
    yield Figure(f"{name}, cold", first.seconds, "s", 3, _used(first))
    yield Figure(f"{name}, warm", again.seconds, "s", 0.5, _used(again))


def compared(folder: Path, size: Size) -> Iterator[Figure]:
    if not all(shutil.which(program) for program in ("npm", "node", "chromium")):
        return
    _say("installing the reference compiler")
    installed = folder / "reference"
    measuring.call("fidelity.install", installed)
    _say("comparing with the reference compiler")
    cost = measuring.call("fidelity.compare", installed, folder / f"long-{_USUAL}", size.times)
    for kind, name, least in (
        ("themes", "pages of our themes as high as the reference's", 100),
        ("examples", "pages of its own examples as high as the reference's", None),
    ):
        same, other = (cost.value[kind][it] for it in ("same", "other"))
        total = len(same) + len(other)
        more = {"pages": len(same), "of": total, "other": other}
        yield Figure(name, 100 * len(same) / total, "%", least, more, at_least=True)
    yield Figure("peer: npm mjml compiles the same issue, warm", cost.value["milliseconds"], "ms")


def lists(folder: Path, size: Size) -> Iterator[Figure]:
    for count in (size.readers // 100, size.readers):
        _say(f"{count:,} readers")
        with sink(folder) as port:
            site = folder / f"site-{count}"
            measuring.call("sites.make_mailing", site, port)
            csv = folder / f"readers-{count}.csv"
            measuring.call("sites.write_readers", csv, count)
            brought = measuring.run("subscribers", "import", str(csv), site=site)
            frozen = measuring.call("lists.freeze", site)
            assert frozen.value == count
            sent = measuring.call("lists.send", site, min(count, size.messages))
        if count == size.readers:
            name = f"import {count:,} subscribers"
            yield Figure(name, brought.seconds, "s", 60, _used(brought))
            yield Figure(f"{name}, memory", brought.peak_mb, "MB", 150)
            yield Figure(f"freeze {count:,} recipients", frozen.seconds, "s", 15, _used(frozen))
        yield Figure(
            f"memory while sending to {count:,} recipients",
            sent.peak_mb,
            "MB",
            100,
            {"measured_over": sent.value["accepted"]},
        )


def messages(folder: Path, size: Size) -> Iterator[Figure]:
    _say(f"{size.messages:,} messages")
    with sink(folder) as port:
        site, csv = folder / "messages", folder / "messages.csv"
        measuring.call("sites.make_mailing", site, port)
        measuring.call("sites.write_readers", csv, size.messages)
        measuring.run("subscribers", "import", str(csv), site=site)
        sent = measuring.call("lists.send", site, size.messages)
        alone = measuring.call("lists.compose", site, size.messages)
        weight = alone.value["message_bytes"]
        ready = measuring.call("peers.ready_bytes", port, size.peer_messages, weight)
        made = measuring.call("peers.email_messages", port, size.peer_messages, weight)
    yield Figure(
        "CPU to compose, hand over and record one message",
        _each(sent, sent.value["accepted"]),
        "us",
        150,
        {
            "message_bytes": weight,
            "messages_a_second": round(sent.value["accepted"] / sent.seconds),
            "ledger": True,
            "connections": 10,
        },
    )
    yield Figure("of it: to compose and mint its link", _each(alone, size.messages), "us")
    for name, cost in (
        ("peer: smtplib, ready bytes, no ledger, one connection", ready),
        ("peer: smtplib with an EmailMessage each, no ledger, one connection", made),
    ):
        yield Figure(
            name,
            _each(cost, size.peer_messages),
            "us",
            more={"messages_a_second": round(size.peer_messages / cost.seconds)},
        )


def _used(cost: Cost) -> dict[str, Any]:
    """Say what does not depend on who else was at work on the machine."""
    return {"cpu_s": round(cost.cpu_seconds, 3), "peak_mb": round(cost.peak_mb, 1)}


def _each(cost: Cost, count: int) -> float:
    return cost.cpu_seconds / count * 1e6


@contextmanager
def sink(folder: Path) -> Iterator[int]:
    """Run Postfix's smtp-sink, which takes everything and keeps nothing; ours where it is not."""
    program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if program is None:
        with CountingSink() as ours:
            yield ours.port
        return
    port = measuring.free_port()
    user = ("-u", "nobody") if os.geteuid() == 0 else ()
    process = subprocess.Popen(  # noqa: S603 - a program of the system
        [program, *user, f"127.0.0.1:{port}", "100"], cwd=folder, stderr=subprocess.DEVNULL
    )
    try:
        measuring.wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
