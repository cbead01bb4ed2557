"""An issue planned, rendered, and seen again in a browser after a file was saved."""

import gc
import statistics
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.site import open_site
from pipeline.rendering import personal
from pipeline.rendering.checks import checking, size
from pipeline.workflow import planning
from tests.bench.measuring import Cost, Watch
from tests.browser import chromium
from tests.clients.sample import overheard
from tests.e2e.newsroom import Newsroom


def render_warm(folder: Path, times: int) -> Cost:
    """Render the next issue again and again.

    The value has the medians in milliseconds, of making it and of checking it, and of the
    processor's work for both; its Q&As, its size, and what was given to the MJML compiler.
    """
    site = open_site(folder)
    shop = site.workshop
    issue = planning.plan(shop, None, now=site.clock.now()).require_issue()
    renderer = shop.renderer()
    with overheard() as said:
        edition = renderer.render(issue, nonce=shop.nonce())
    took, checked, worked = [], [], []
    check = checking.check

    def watched(*arguments: Any) -> Any:
        start = time.perf_counter()
        findings = check(*arguments)
        checked.append(time.perf_counter() - start)
        return findings

    # As the program does after its imports.
    gc.freeze()
    watch = Watch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "check", watched)
        for _ in range(times):
            start, at_work = time.perf_counter(), time.process_time()
            renderer.render(issue, nonce=shop.nonce())
            took.append(time.perf_counter() - start - checked[-1])
            worked.append(time.process_time() - at_work)
    return watch.cost(
        {
            "compile_ms": 1000 * statistics.median(took),
            "check_ms": 1000 * statistics.median(checked),
            "cpu_ms": round(1000 * statistics.median(worked), 3),
            "qas": len(edition.slugs),
            "html_bytes": size.html_bytes(edition),
            "source": said[0][0],
        }
    )


def personalise(folder: Path, times: int) -> Cost:
    """Join both parts of the next issue with one reader's values; the value is in milliseconds."""
    site = open_site(folder)
    shop = site.workshop
    issue = planning.plan(shop, None, now=site.clock.now()).require_issue()
    edition = shop.renderer().render(issue, nonce=shop.nonce())
    watch = Watch()
    for number in range(times):
        reader = {
            "unsubscribe_url": f"https://news.example/u/{number}",
            "address": f"reader-{number}@mail.example",
        }
        edition.html.join(personal.for_html(**reader))
        edition.text.join(personal.for_text(**reader))
    cost = watch.cost()
    return replace(cost, value=1000 * cost.seconds / times)


def choose(folder: Path) -> Cost:
    """Plan the next issue: every file read, three chosen."""
    site = open_site(folder)
    now, shop = site.clock.now(), site.workshop
    watch = Watch()
    plan = planning.plan(shop, None, now=now)
    return watch.cost(len(plan.selection.chosen) + len(plan.selection.passed))


def refresh(folder: Path, times: int) -> Cost:
    """Save a Q&A while the desk is open; the value is the median until Chromium shows it, in ms."""
    newsroom = Newsroom(folder)
    desk = newsroom.start("preview")
    assert desk.stdout is not None
    took = []
    try:
        with chromium() as page:
            page.look(desk.stdout.readline().strip(), width=1280, height=860)
            page.wait_for("document.querySelector('[data-live=yes]') !== null")
            watch = Watch()
            for number in range(times):
                title = f"Saved {number} times"
                start = time.perf_counter()
                newsroom.write_qa("saved", asked_on="2001-01-01", title=title)
                page.ask(_SHOWN % title)
                took.append(time.perf_counter() - start)
            cost = watch.cost(1000 * statistics.median(took))
    finally:
        desk.terminate()
        desk.communicate(timeout=10)
    return cost


#: Keeps the promise when the desk shows the subject.
_SHOWN = """
new Promise(done => {
  const look = () => document.querySelector(".subject").textContent === "%s"
    ? done(true) : setTimeout(look, 2);
  look();
})
"""
