"""Issue -> what a template may name.

The same names for both parts; in the HTML part texts are escaped or sanitised markup,
in the text part they are plain.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import cast
from urllib.parse import quote

from markupsafe import Markup, escape

from pipeline.language.locales import direction_of, write_date
from pipeline.language.words import Words
from pipeline.rendering.manuscript import Entry, Manuscript
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.prose.links import is_allowed
from pipeline.rendering.prose.markdown import Document, one_line
from pipeline.rendering.prose.xhtml import to_xhtml

_ANCHOR = re.compile("[a-z][a-z0-9-]*")

#: Writes a parsed text for one of the two parts.
Write = Callable[[Document], str]
#: Writes one that runs ``rtl`` or ``ltr``.
_Turn = Callable[[Document, str], str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text as a template writes it."""

    body: str
    #: ``rtl`` or ``ltr`` where it is written the other way than its Q&A, else empty.
    turned: str = ""


@dataclass(frozen=True, slots=True)
class Bio:
    """A line about an answerer, in the language of the Q&A it stands in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The column that made a reader ask."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QAView:
    """One QA as a template sees it."""

    title: str
    turned: str
    #: What a link within the page leads to: an ``id`` that every mail program takes.
    anchor: str
    #: The tag of its language: the newsletter's unless its file says.
    language: str
    #: ``rtl`` or ``ltr``, as its answer runs: what belongs together begins at one edge.
    direction: str
    #: ``right`` or ``left``, where its lines begin.
    start: str
    #: What the theme says by itself in this Q&A.
    words: Words
    topics: tuple[str, ...]
    reading_time: str
    #: Without an abbreviation, to be heard.
    reading_time_in_full: str
    #: Such as "A reader in Boston asks".
    asks: str
    question: Passage
    #: Such as "Jo Doe answers".
    answers: str
    answer: Passage
    inspired_by: Source | None


def for_html(
    manuscript: Manuscript, day: date, options: RenderOptions, marks: dict[str, str]
) -> dict[str, object]:
    """Give the names for the HTML part; every ``str`` in it is escaped by Jinja.

    ``day`` is the slot's in the newsletter's time zone.
    """

    def write(document: Document, way: str, top: int = 3) -> str:
        written = to_xhtml(document, top=top, options=options, direction=way)
        return Markup(written)  # noqa: S704 - sanitised just now

    words = options.words_of()
    why = Markup(escape(words.why)).format(  # noqa: S704 - our own words, escaped
        address=marks["address"], title=options.title
    )
    return {
        **_shared(manuscript, day, options, write),
        **marks,
        "intro": write(manuscript.intro, direction_of(options.language), top=2),
        "why": why,
    }


def for_text(
    manuscript: Manuscript,
    options: RenderOptions,
    marks: dict[str, str],
    write: Write,
    html: Mapping[str, object],
) -> dict[str, object]:
    """Give the names for the text part, where nothing is markup.

    ``html`` has those of the other part, of which all but the texts are the same.
    """
    words = options.words_of()
    # First, as it stands: links are numbered in the order in which texts are written.
    intro = write(manuscript.intro)
    views = cast("tuple[QAView, ...]", html["qas"])
    return {
        **html,
        "intro": intro,
        "qas": tuple(
            replace(
                view,
                question=replace(view.question, body=write(entry.question)),
                answer=replace(view.answer, body=write(entry.answer)),
            )
            for entry, view in zip(manuscript.entries, views, strict=True)
        ),
        "why": words.why.format(address=marks["address"], title=options.title),
    }


def _shared(
    manuscript: Manuscript, day: date, options: RenderOptions, write: _Turn
) -> dict[str, object]:
    issue = manuscript.issue
    # It looks for a site's own each time.
    words_of = cache(options.words_of)
    words = words_of(options.language)
    direction = direction_of(options.language)
    title = one_line(issue.title)
    return {
        "masthead": title,
        "subject": one_line(issue.subject),
        "preheader": one_line(issue.preheader),
        "number": issue.number,
        "issue_number": words.issue.format(number=issue.number),
        "date": write_date(day, options.language),
        "language": options.language,
        "direction": direction,
        "start": _start(direction),
        "qas": tuple(
            _view(entry, options, words_of, write, place)
            for place, entry in enumerate(manuscript.entries, 1)
        ),
        "bios": _bios(manuscript, options.language),
        "ask_url": _ask_url(options, words.ask_subject.format(title=title)),
        "ask_address": options.ask_address,
        "web_view_url": options.web_view_url(issue.number),
        "base_url": options.base_url,
        "postal_address": one_line(options.postal_address),
        "words": words,
    }


def _view(
    entry: Entry,
    options: RenderOptions,
    words_of: Callable[[str], Words],
    write: _Turn,
    place: int,
) -> QAView:
    qa = entry.qa
    language = qa.language or options.language
    words = words_of(language)
    spoken = direction_of(language)
    direction = _turned(entry.answer.prose, spoken) or spoken
    title = one_line(qa.title)
    asker = one_line(qa.question.asked_by or "")
    answerer = one_line(qa.answer.answered_by or "")
    inspiration = qa.inspired_by
    minutes = entry.minutes
    turned = _turned(entry.question.prose, direction)
    return QAView(
        title=title,
        turned=_turned(title, direction),
        # No slug like the latter fits the former, so the two cannot meet.
        anchor=qa.slug if _ANCHOR.fullmatch(qa.slug) else f"qa.{place}",
        language=language,
        direction=direction,
        start=_start(direction),
        words=words,
        topics=tuple(one_line(topic) for topic in qa.topics),
        reading_time=words.count("reading_time", minutes).format(minutes=minutes),
        reading_time_in_full=words.count("reading_time_in_full", minutes).format(minutes=minutes),
        asks=words.asks.format(name=asker) if asker else words.a_reader_asks,
        question=Passage(write(entry.question, turned or direction), turned),
        answers=words.answers.format(name=answerer) if answerer else words.the_answer,
        answer=Passage(write(entry.answer, direction)),
        inspired_by=Source(
            title=one_line(inspiration.title),
            url=inspiration.url if inspiration.url and is_allowed(inspiration.url) else "",
        )
        if inspiration
        else None,
    )


def _bios(manuscript: Manuscript, newsletter: str) -> tuple[Bio, ...]:
    """Give what is said about the answerers, each once, in the order of the answers."""
    bios: dict[str, Bio] = {}
    for entry in manuscript.entries:
        text = one_line(entry.qa.answer.bio or "")
        if text:
            bios.setdefault(text, Bio(text, entry.qa.language or newsletter))
    return tuple(bios.values())


def _start(direction: str) -> str:
    return "right" if direction == "rtl" else "left"


def _turned(text: str, direction: str) -> str:
    """Find the direction of a text by its first strong character (UAX #9, rule P2)."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in {"L", "R", "AL"}:
            own = "ltr" if kind == "L" else "rtl"
            return own if own != direction else ""
    return ""


def _ask_url(options: RenderOptions, subject: str) -> str:
    return f"mailto:{quote(options.ask_address, safe='@')}?subject={quote(subject, safe='')}"
