"""Edge: the table of replies, read once from ``data/replies.toml``, which explains its columns."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.delivery.reply_class import ReplyClass
from pipeline.delivery.slowing import BREAKER, HALVED, Limit, Slowing, parse_span
from pipeline.delivery.stage import Stage

#: Where no reply is known that was really given.
MADE = "made"

_KEYS = frozenset(
    "class stages code enhanced text says unless slows limit examples".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Example:
    """A reply that a row was made for."""

    stage: Stage
    #: Code and text, as the relay sends them.
    reply: str
    #: Where it is written that somebody got it; :data:`MADE` where no such reply is known.
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; a pattern that is ``None`` fits everything."""

    reply_class: ReplyClass
    stages: frozenset[Stage]
    #: Fits the whole basic code.
    code: re.Pattern[str] | None
    #: Fits the whole enhanced code, which is empty when the reply has none.
    enhanced: re.Pattern[str] | None
    #: Is found somewhere in the words.
    text: re.Pattern[str] | None
    #: Is found nowhere in the words.
    unless: re.Pattern[str] | None
    #: What it asks of our speed to this provider.
    slows: Slowing | None
    #: For a sender's limit: when it ends.
    limit: Limit | None
    examples: tuple[Example, ...]

    def fits(self, stage: Stage, code: int, enhanced: str, words: str) -> bool:
        return (
            stage in self.stages
            and (self.code is None or self.code.fullmatch(str(code)) is not None)
            and (self.enhanced is None or self.enhanced.fullmatch(enhanced) is not None)
            and (self.text is None or self.text.search(words) is not None)
            and (self.unless is None or self.unless.search(words) is None)
        )


@cache
def table() -> tuple[Row, ...]:
    """Give the rows, in the order in which they are tried."""
    return parse(files(__package__).joinpath("data", "replies.toml").read_text("utf-8"))


def parse(text: str) -> tuple[Row, ...]:
    """Read a table; raises ValueError for a row that says nothing, or more than the columns."""
    document = tomllib.loads(text)
    phrases = document.get("phrases", {})
    return tuple(_row(row, phrases) for row in document["row"])


def _row(row: Mapping[str, Any], phrases: Mapping[str, list[str]]) -> Row:
    odd = row.keys() - _KEYS
    if odd:
        raise ValueError(f"a row of the replies has no {', '.join(sorted(odd))}")
    reply_class = ReplyClass(row["class"])
    if (reply_class is ReplyClass.SENDER_LIMIT) != ("limit" in row):
        raise ValueError("the rows of a sender's limit say when it ends, and no others")
    words = [*row.get("text", ()), *(phrases[row["says"]] if "says" in row else ())]
    return Row(
        reply_class=reply_class,
        stages=frozenset(map(Stage, row["stages"])) if "stages" in row else frozenset(Stage),
        code=_pattern(row.get("code")),
        enhanced=_pattern(row.get("enhanced")),
        text=_pattern("|".join(words) or None),
        unless=_pattern(row.get("unless")),
        slows=_slows(row.get("slows"), reply_class),
        limit=Limit.parse(row["limit"]) if "limit" in row else None,
        examples=tuple(Example(Stage(at), said, source) for at, said, source in row["examples"]),
    )


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return None if text is None else re.compile(text, re.IGNORECASE)


#: What a row asks of our speed that names no figures.
_USUAL = {ReplyClass.THROTTLE: HALVED, ReplyClass.REPUTATION: BREAKER}


def _slows(figures: Mapping[str, Any] | None, reply_class: ReplyClass) -> Slowing | None:
    if figures is None:
        return _USUAL.get(reply_class)
    nothing = timedelta(0)
    return Slowing(
        pause=parse_span(figures["pause"]) if "pause" in figures else nothing,
        per_minute=figures.get("per_minute"),
        lasts=parse_span(figures["for"]) if "for" in figures else nothing,
    )
