"""Readers by the million: how long to bring them in, and what memory they need."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench import measuring, relays
from tests.bench.figures import Figure, Size, used
from tests.bench.measuring import Cost, say


def _send_all(folder: Path, site: Path) -> Cost:
    """Run the command that makes an issue and sends it, on a copy of a site."""
    copy = folder / "site-of-a-whole-send"
    shutil.copytree(site, copy)
    return measuring.run("send", "--now", "--yes", site=copy)


def lists(folder: Path, size: Size) -> Iterator[Figure]:
    peaks = []
    for count in (size.readers // 100, size.readers):
        say(f"{count:,} readers")
        with relays.smtp_sink(folder) as port:
            site = folder / f"site-{count}"
            measuring.call("sites.make_mailing", site, port)
            csv = folder / f"readers-{count}.csv"
            measuring.call("sites.write_readers", csv, count)
            brought = measuring.run("subscribers", "import", str(csv), site=site)
            whole = _send_all(folder, site) if count < size.readers else None
            frozen = measuring.call("lists.freeze", site)
            assert frozen.value == count
            sent = measuring.call("sends.send", site, min(count, size.messages))
        peaks.append(sent.peak_mb)
        if whole is not None:
            name = f"memory of a whole send to {count:,} recipients, rendered and frozen too"
            yield Figure(name, whole.peak_mb, "MB", 100)
        if count == size.readers:
            name = f"import {count:,} subscribers"
            yield Figure(name, brought.seconds, "s", 60, used(brought))
            yield Figure(f"{name}, memory", brought.peak_mb, "MB", 150)
            yield Figure(f"freeze {count:,} recipients", frozen.seconds, "s", 15, used(frozen))
        yield Figure(
            f"memory while sending to {count:,} recipients",
            sent.peak_mb,
            "MB",
            100,
            {
                "measured_over": sent.value["accepted"],
                "before_mb": round(sent.value["before_mb"], 1),
                "after_mb": round(sent.value["after_mb"], 1),
            },
        )
    few, many = peaks
    yield Figure(
        f"memory for {size.readers:,} recipients, of that for {size.readers // 100:,}",
        100 * many / few,
        "%",
        110,
    )
