"""How near our pages are to those of the reference compiler, npm ``mjml``.

What is compared is the height of the page in Chromium: a lost style, a lost element and another
way of breaking lines all change it.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import RenderError
from pipeline.rendering import inlining, mjml, personal
from pipeline.rendering.pages import page_pieces
from pipeline.rendering.placeholders import Placeholders
from tests.bench import editions
from tests.bench.measuring import Cost, Watch
from tests.browser import Page, chromium
from tests.clients import sample
from tests.clients.sample import Sample
from tests.rendering.letters import NONCE, READER

WIDTHS = (375, 640)
_EXAMPLE = re.compile(r"^```\w*\n\s*(<mjml.*?</mjml>)\s*^```", re.DOTALL | re.MULTILINE)

_NO_ALT = re.compile(r"<(mj-image|mj-carousel-image|img)\b(?![^>]*\balt=)")


@dataclass(frozen=True)
class Pair:
    """A template's two pages; ours is empty where it is refused, and then ``reason`` says why."""

    name: str
    ours: str
    reference: str
    reason: str = ""


def compare(installed: Path, site: Path, times: int) -> Cost:
    """Measure the pages of our themes and of the packages' examples.

    The value has the cases whose heights are the same, those whose heights differ with both
    heights, by the kind of template; and what the reference takes for a site's next issue, in ms.
    """
    long = editions.render_warm(site, 1).value["source"]
    ours = {
        f"{theme}-{language}": sample.make(theme, language)
        for theme in sample.THEMES
        for language in sample.LANGUAGES
    }
    examples = dict(_examples(installed / "node_modules"))
    sources = installed / "sources"
    sources.mkdir(exist_ok=True)
    everything = {name: it.source for name, it in ours.items()} | examples | {"long": long}
    for name, source in everything.items():
        (sources / f"{name}.mjml").write_text(source, encoding="utf-8")
    said = subprocess.run(  # noqa: S603 - a program of the system
        ["node", "compile.js", "sources", "long.mjml", str(times)],  # noqa: S607 - the system's
        cwd=installed,
        stdout=subprocess.PIPE,
        timeout=300,
        check=True,
    ).stdout
    themes = [
        Pair(name, it.mail, _for_a_reader((sources / f"{name}.html").read_text("utf-8"), it))
        for name, it in ours.items()
    ]
    carried = [
        _pair(name, source, (sources / f"{name}.html").read_text(encoding="utf-8"))
        for name, source in examples.items()
    ]
    watch = Watch()
    with chromium() as page:
        found = {"themes": _heights(page, themes), "examples": _heights(page, carried)}
    return watch.cost({**found, **json.loads(said)})


def _examples(modules: Path) -> Iterator[tuple[str, str]]:
    """Find the templates in the READMEs of the compiler's packages, one for each component."""
    for path in sorted(modules.glob("mjml*/README.md")):
        found = _EXAMPLE.findall(path.read_text(encoding="utf-8"))
        for number, source in enumerate(found, start=1):
            # Ours refuses what has no alternative text; the reference writes an empty one.
            yield f"{path.parent.name}-{number}", _NO_ALT.sub(r'<\1 alt=""', source)


def _for_a_reader(html: str, letter: Sample) -> str:
    """Put in the values of one reader, since a mark is longer than an address; and the images."""
    return letter.drawn(Placeholders(NONCE).split(html).join(personal.for_html(**READER)))


def _pair(name: str, source: str, reference: str) -> Pair:
    try:
        compiled = page_pieces.take_apart(mjml.compile_html(source, _nowhere))
        return Pair(name, inlining.inline(compiled).text, reference)
    except RenderError as error:
        return Pair(name, "", reference, error.message)


def _nowhere(_offset: int) -> str:
    return "the example"


def _heights(page: Page, pairs: list[Pair]) -> dict[str, list[str]]:
    """Say which pages are as high as the reference's, at each width, and which are not."""
    same, other = [], []
    for pair in pairs:
        for width in WIDTHS:
            name = f"{pair.name} at {width}"
            if not pair.ours:
                other.append(f"{name}: refused, {pair.reason}")
                continue
            ours, reference = (_height(page, it, width) for it in (pair.ours, pair.reference))
            if ours == reference:
                same.append(name)
            else:
                other.append(f"{name}: {ours} px instead of {reference}")
    return {"same": same, "other": other}


def _height(page: Page, html: str, width: int) -> int:
    # Pictures elsewhere are not fetched, for neither of the two.
    page.show(html, width=width, alone=False)
    return int(page.ask("document.documentElement.scrollHeight"))
