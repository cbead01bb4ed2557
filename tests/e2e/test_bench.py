"""The benchmark runs and prints one JSON document; what it measures is for a reader to judge."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import fidelity, sites
from tests.outside import need

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_bench_prints_one_document_of_figures_with_their_limits() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=600,
        check=True,
    ).stdout

    document = json.loads(said)

    figures = {it["name"]: it for it in document["figures"]}
    assert len(figures) == len(document["figures"])
    assert all(it["value"] > 0 and math.isfinite(it["value"]) for it in figures.values())
    cost = figures["CPU to compose, hand over and record one message"]
    assert (cost["unit"], cost["limit"], cost["ledger"]) == ("us", 150, True)
    assert cost["message_bytes"] > 40_000
    assert any(name.startswith("peer: ") for name in figures)
    assert figures["check an issue"]["html_bytes"] > 95_000


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_pages_of_our_themes_are_as_high_as_the_reference_compilers(tmp_path: Path) -> None:
    for program in ("npm", "node", "chromium"):
        need(program)
    installed, site = tmp_path / "reference", tmp_path / "site"
    fidelity.install(installed)
    sites.make_long(site, 3)

    found = fidelity.compare(installed, site, 1).value

    assert found["themes"]["other"] == []
    assert len(found["themes"]["same"]) >= 20
    assert len(found["examples"]["same"]) >= 40
