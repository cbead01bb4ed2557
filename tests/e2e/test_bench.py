"""The benchmark runs and prints one JSON document; what it measures is for a reader to judge."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

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
