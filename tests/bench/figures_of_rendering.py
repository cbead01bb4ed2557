"""An issue planned, rendered, checked and compared with what the reference makes of it."""

import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.bench import measuring
from tests.bench.figures import Figure, Size, used
from tests.bench.measuring import say

#: Q&As of an issue as long as they come, and of one that Gmail would nearly cut.
_USUAL, _LONGEST = 12, 21


def editions(folder: Path, size: Size) -> Iterator[Figure]:
    say("rendering")
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
        say("refreshing")
        shown = measuring.call("editions.refresh", sample, size.times // 5)
        yield Figure("save a file -> refreshed browser", shown.value, "ms", 300)
    say(f"choosing from {size.files:,} files")
    column = folder / "column"
    measuring.call("sites.make_column", column, size.files)
    first = measuring.call("editions.choose", column)
    again = measuring.call("editions.choose", column)
    assert first.value == again.value == size.files
    name = f"choose from {size.files:,} Q&A files"
    yield Figure(f"{name}, cold", first.seconds, "s", 3, used(first))
    yield Figure(f"{name}, warm", again.seconds, "s", 0.5, used(again))


def compared(folder: Path, size: Size) -> Iterator[Figure]:
    if not all(shutil.which(program) for program in ("npm", "node", "chromium")):
        return
    installed = measuring.installed(folder)
    say("comparing with the reference compiler")
    site = folder / "compared"
    measuring.call("sites.make_long", site, _USUAL)
    cost = measuring.call("fidelity.compare", installed, site, size.times)
    for kind, name, least in (
        ("themes", "pages of our themes as high as the reference's", 100),
        ("examples", "pages of its own examples as high as the reference's", None),
    ):
        same, other = (cost.value[kind][it] for it in ("same", "other"))
        total = len(same) + len(other)
        more = {"pages": len(same), "of": total, "other": other}
        yield Figure(name, 100 * len(same) / total, "%", least, more, at_least=True)
    yield Figure("peer: npm mjml compiles the same issue, warm", cost.value["milliseconds"], "ms")
