"""caniemail's own test pages, half of which lie here, and what the check makes of them.

The pages are by Rémi Parmentier and others, MIT; the licence is in the archive. Each tests the
features whose entry in caniemail's data names it.
"""

import csv
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.rendering.client_support import usage

_DATA = Path(__file__).parent / "data"

#: A page and a feature that the check says it uses.
Report = tuple[str, str]


def vendored() -> dict[str, str]:
    """Read the pages that lie here."""
    with tarfile.open(_DATA / "caniemail-pages.tar.xz") as archive:
        return {
            member.name: found.read().decode("utf-8", "replace")
            for member in archive
            if member.name.endswith(".html") and (found := archive.extractfile(member))
        }


def read_folder(folder: Path) -> dict[str, str]:
    """Read the pages of a folder."""
    return {
        path.name: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.glob("*.html"))
    }


def judgements() -> dict[Report, bool]:
    """Give the reports that were judged by hand, and whether the page uses the feature.

    Two random samples of 300 of all reports. A false one of the first, a film taken for a picture,
    was mended before the second was drawn; of that one a single report is false.
    """
    with (_DATA / "judgements.csv").open(newline="") as rows:
        return {(row["page"], row["feature"]): row["used"] == "yes" for row in csv.DictReader(rows)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well the check knows what pages use."""

    pages: int
    #: A feature with the page that tests it, where the page is among them.
    tested: tuple[Report, ...]
    #: Those of them that the check does not name.
    missed: tuple[Report, ...]
    #: Every report.
    reports: tuple[Report, ...]
    #: The reports that were judged by hand.
    judged: tuple[Report, ...]
    #: Those of them that are false.
    false: tuple[Report, ...]

    @property
    def recall(self) -> float:
        """The part of the features that is named on the page made to test it."""
        return 1 - len(self.missed) / len(self.tested)

    @property
    def precision(self) -> float:
        """The part of the judged reports that is right."""
        return 1 - len(self.false) / len(self.judged)


def judge(pages: Mapping[str, str]) -> Verdict:
    """Check every page."""
    named = {name: {use.slug for use in usage.find(text)} for name, text in pages.items()}
    tested = [
        (page, slug)
        for slug, page in json.loads((_DATA / "test-pages.json").read_text()).items()
        if page in named
    ]
    known = judgements()
    reports = [(page, slug) for page, slugs in sorted(named.items()) for slug in sorted(slugs)]
    judged = [report for report in reports if report in known]
    return Verdict(
        pages=len(pages),
        tested=tuple(tested),
        missed=tuple((page, slug) for page, slug in tested if slug not in named[page]),
        reports=tuple(reports),
        judged=tuple(judged),
        false=tuple(report for report in judged if not known[report]),
    )
