"""Whether every text can be read, on a light screen and on the three kinds of dark ones.

Apple Mail and others take a mail's own colours for dark screens. Outlook.com and Gmail on Android
lighten dark inks and darken light grounds, except where ``[data-ogsc]`` says better. Gmail on iOS
and Outlook on Windows turn every colour round.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import islice

from lxml import etree

from pipeline.model.finding import Finding, Level
from pipeline.rendering import colours
from pipeline.rendering.checks import causes, looks, screens
from pipeline.rendering.checks.cascade import Own, Styles
from pipeline.rendering.checks.faults import Fault
from pipeline.rendering.checks.looks import BLACK, WHITE, Look, Looks
from pipeline.rendering.checks.page import Page
from pipeline.rendering.colours import Colour

#: What text of 18 points needs, or of 14 in bold (WCAG 2.2, 1.4.3).
READABLE_LARGE = 3.0
#: Pairs of colours that are told of one screen; a mail with more has no colours, but all of them.
_MOST_PAIRS = 20
#: Letters of a text that are quoted.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class _Screen:
    """A kind of screen."""

    id: str
    #: How a person names it.
    words: str
    remedy: str


_LIGHT = _Screen("contrast/light", "", "make one of the two colours darker or lighter")
_OWN = _Screen(
    "contrast/dark",
    " on a dark screen",
    "set both colours in @media (prefers-color-scheme: dark), with !important",
)
_PARTLY = _Screen(
    "contrast/partial-inversion",
    " where Outlook.com or Gmail on Android darken the mail",
    "choose colours that stay apart when one is turned, or set them for [data-ogsc] and"
    " [data-ogsb]",
)
_WHOLLY = _Screen(
    "contrast/full-inversion",
    " where Gmail on iOS or Outlook on Windows turn all colours round",
    "choose two colours that are further apart in lightness",
)


_NOT_COMPARED = Fault(
    "contrast/light",
    Level.NOTE,
    "the page has so many elements that its colours were not compared",
    "leave something out: Gmail hides most of it",
)


def check(page: Page) -> Iterator[Finding]:
    """Compare each text with what is behind it, once for each two colours and screen."""
    light, own = screens.light(page), screens.dark(page)
    outlook = screens.for_outlook(page)
    in_outlook = _in_outlook(page, light.styles, outlook.styles)
    if not light.elements.is_whole:
        # Where a rule was passed over, a text may have a colour that nobody knows.
        yield _NOT_COMPARED.of(page)
        return
    by_light = partial(causes.of_colours, page, light)
    yield from _too_faint(page, light.looks, _LIGHT, by_light)
    # What is too faint in light is told already.
    told = _faint(light.looks)
    for width, seen in screens.by_width(page):
        screen = replace(_LIGHT, words=f" on a {width} screen")
        yield from _too_faint(
            page, seen.looks, screen, partial(causes.of_colours, page, seen), told
        )
    if own is not None:
        yield from _too_faint(page, own.looks, _OWN, partial(causes.of_colours, page, own))

    def by_outlook(element: etree._Element) -> int | None:
        return causes.of_colours(page, replace(light, cascade=outlook), element) or by_light(
            element
        )

    yield from _too_faint(page, in_outlook, _PARTLY, by_outlook, told)
    turned = _painted(light.styles, colours.inverted, colours.inverted)
    start, link = Look(ink=WHITE, ground=BLACK), colours.inverted(looks.LINK)
    found = looks.of_page(page, turned, start, link)
    yield from _too_faint(page, found, _WHOLLY, by_light, told)


def _faint(found: Looks) -> frozenset[etree._Element]:
    return frozenset(one for one, look in found.items() if look.is_seen and not _is_readable(look))


def _in_outlook(page: Page, light: Styles, outlook: Styles) -> Looks:
    """Turn a page as Outlook.com does; it keeps what is said to it by its own attributes."""
    styles = _painted(light, colours.turned_ink, colours.turned_ground)
    known: dict[tuple[int, int], Own] = {}
    for element, own in outlook.items():
        below = styles.get(element, {})
        styles[element] = known.setdefault((id(below), id(own)), {**below, **own})
    start = Look(ink=colours.turned_ink(BLACK), ground=colours.turned_ground(WHITE))
    return looks.of_page(page, styles, start, colours.turned_ink(looks.LINK))


def _painted(
    styles: Styles, ink: Callable[[Colour], Colour], ground: Callable[[Colour], Colour]
) -> dict[etree._Element, Own]:
    """Turn every colour of the styles."""
    turned = {id(own): _turned(own, ink, ground) for own in styles.values()}
    return {element: turned[id(own)] for element, own in styles.items()}


def _turned(own: Own, ink: Callable[[Colour], Colour], ground: Callable[[Colour], Colour]) -> Own:
    found = dict(own)
    if "color" in own and (colour := colours.parse(own["color"])) is not None:
        found["color"] = _written(ink(colour))
    if (colour := looks.ground(own)) is not None:
        found["background"] = _written(ground(colour))
    return found


def _too_faint(
    page: Page,
    found: Looks,
    screen: _Screen,
    cause: Callable[[etree._Element], int | None],
    told: frozenset[etree._Element] = frozenset(),
) -> Iterator[Finding]:
    faint: dict[tuple[str, str], list[tuple[etree._Element, str]]] = {}
    for element, text in page.texts:
        look = found[element]
        if look.is_seen and element not in told and not _is_readable(look) and _has_words(text):
            faint.setdefault((str(_ink(look)), str(look.ground)), []).append((element, text))
    for (ink, ground), texts in islice(faint.items(), _MOST_PAIRS):
        element, text = texts[0]
        look = found[element]
        needed = READABLE_LARGE if look.is_large else colours.READABLE
        yield from Fault(
            screen.id,
            Level.WARNING,
            f"{_shown(text)} can hardly be read{screen.words}: {ink} on {ground} has a contrast of"
            f" {_down(colours.contrast(_ink(look), look.ground))}, and {needed:g} is needed",
            screen.remedy,
        ).among(page, [one for one, _ in texts], cause)


def _is_readable(look: Look) -> bool:
    needed = READABLE_LARGE if look.is_large else colours.READABLE
    return _contrast(_ink(look), look.ground) >= needed


def _down(figure: float) -> str:
    """Write a figure rounded down: 4.496 is not the 4.5 that is needed."""
    return f"{math.floor(figure * 100) / 100:.2f}".rstrip("0").rstrip(".")


def _ink(look: Look) -> Colour:
    alpha = look.ink.alpha * look.opacity
    return colours.over(replace(look.ink, alpha=alpha), look.ground) if alpha < 1 else look.ink


@lru_cache(maxsize=1024)
def _contrast(ink: Colour, ground: Colour) -> float:
    return colours.contrast(ink, ground)


@lru_cache(maxsize=1024)
def _written(colour: Colour) -> str:
    channels = ",".join(f"{255 * one:.0f}" for one in (colour.red, colour.green, colour.blue))
    return f"rgba({channels},{colour.alpha:g})"


def _has_words(text: str) -> bool:
    """Tell whether a text says something: a mark between two links does not."""
    return any(letter.isalnum() for letter in text)


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…")
