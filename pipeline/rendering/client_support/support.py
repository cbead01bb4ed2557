"""Edge: reads caniemail's data: which mail program supports which feature, as people tested it.

Package data, MIT, made by ``tests/client_support/refresh.py``. Read at the first use.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data" / "caniemail.json"
_URL = "https://www.caniemail.com/features/{}/"


class Answer(Enum):
    """What a test of a mail program came to."""

    YES = "y"
    NO = "n"
    PARTLY = "a"
    UNKNOWN = "u"


_ANSWERS = {answer.value: answer for answer in Answer}


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of HTML or CSS, and who supports it."""

    slug: str
    title: str
    #: Year and month of the newest test, such as ``2021-03``.
    tested: str
    #: By mail program, such as ``outlook.windows``.
    answers: Mapping[str, Answer]
    #: What caniemail notes about those that do not, or only partly.
    notes: Mapping[str, tuple[str, ...]]

    @property
    def url(self) -> str:
        """The page that shows the tests."""
        return _URL.format(self.slug)


@dataclass(frozen=True, slots=True)
class Support:
    """caniemail's data."""

    #: The day it was made, such as ``2026-05-13``.
    updated: str
    #: Each mail program as people call it, by its name in the data: ``family.platform``.
    clients: Mapping[str, str]
    #: Each family as people call it.
    families: Mapping[str, str]
    features: Mapping[str, Feature]


@cache
def load() -> Support:
    """Read the data, once in a process."""
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    clients, notes = data["clients"], data["notes"]
    return Support(
        updated=data["updated"],
        clients={client: _called(client, data) for client in clients},
        families=data["families"],
        features={
            slug: _feature(slug, entry, clients, notes) for slug, entry in data["features"].items()
        },
    )


def _called(client: str, data: Mapping[str, Mapping[str, str]]) -> str:
    family, _, platform = client.partition(".")
    program, system = data["families"][family], data["platforms"][platform]
    return system if program in system else f"{program} {system}"


def _feature(slug: str, entry: list[Any], clients: list[str], notes: list[str]) -> Feature:
    title, tested, letters, noted = entry
    said: dict[str, tuple[str, ...]] = {}
    for note, numbers in noted.items():
        for number in numbers:
            said[clients[number]] = (*said.get(clients[number], ()), notes[int(note)])
    answers = dict(zip(clients, map(_ANSWERS.__getitem__, letters), strict=True))
    return Feature(slug, title, tested, answers, said)
