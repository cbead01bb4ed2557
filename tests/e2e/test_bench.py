"""The benchmark runs and prints one JSON document; what it measures is for a reader to judge."""

import json
import math
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench import fidelity, npm, relays, sites, table
from tests.bench.figures import Figure
from tests.bench.figures_of_delivery import most_within
from tests.outside import need

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_bench_prints_one_document_of_figures_with_their_limits() -> None:
    for program in ("npm", "node", "smtp-sink", "smtp-source"):
        need(program)
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=1200,
        check=True,
    ).stdout

    document = json.loads(said)

    figures = {it["name"]: it for it in document["figures"]}
    assert len(figures) == len(document["figures"])
    assert all(it["value"] >= 0 and math.isfinite(it["value"]) for it in figures.values())
    cost = figures["CPU to compose, hand over and record one message"]
    assert (cost["unit"], cost["limit"], cost["ledger"]) == ("us", 150, True)
    assert cost["message_bytes"] > 40_000
    parts = [it["value"] for name, it in figures.items() if name.startswith("of it: ")]
    assert sum(parts) == pytest.approx(cost["value"], rel=0.05)
    peers = [name.split()[1].strip(",") for name in figures if name.startswith("peer: ")]
    assert {*peers} >= {"smtplib", "aiosmtplib", "nodemailer", "smtp-source"}
    assert figures["CPU of a message, of nodemailer's"]["limit"] == 25
    far = figures["turnarounds a message at 20 ms, one connection, window 1"]
    assert far["value"] >= 1
    assert far["messages_a_second"] <= 50
    assert figures["check an issue"]["html_bytes"] > 95_000


DOCUMENT = {
    "machine": {"cores": 2, "python": "3.11.7", "load_before": 0.25},
    "figures": [
        Figure("CPU of a message", 123.456, "us", 150).document(),
        Figure("turnarounds", 1.0234, "", 1.01).document(),
        Figure("messages a second", 1234.5, "/s", 500, at_least=True).document(),
        Figure("peer: a|b", 0.01234, "ms").document(),
    ],
}


def test_a_document_becomes_a_table_with_a_row_for_each_figure() -> None:
    assert table.markdown(DOCUMENT) == (
        "2 cores, Python 3.11.7, load 0.25 before the run.\n\n"
        "| figure | measured | limit | holds |\n"
        "| --- | ---: | ---: | --- |\n"
        "| CPU of a message | 123 us | at most 150 us | yes |\n"
        "| turnarounds | 1.02 | at most 1.01 | no |\n"
        "| messages a second | 1,234 /s | at least 500 /s | yes |\n"
        "| peer: a\\|b | 0.012 ms |  |  |\n"
    )


def test_a_window_holds_its_beginning_and_not_its_end() -> None:
    assert most_within([0.0, 0.5, 1.0, 1.5, 1.75], 1.0) == 3


def test_octets_take_their_time_on_the_long_way_and_keep_their_order() -> None:
    with (
        relays.counting_sink() as (near, look),
        relays.far_away(near, 0.05) as port,
        socket.create_connection(("127.0.0.1", port)) as client,
        client.makefile("rb") as replies,
    ):
        assert replies.readline().startswith(b"220 ")
        start = time.monotonic()
        for command in (b"EHLO me", b"NOOP", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>"):
            client.sendall(command + b"\r\n")
        said = [replies.readline() for _ in range(8)]
        took = time.monotonic() - start
        client.sendall(b"QUIT\r\n")
        assert replies.readline().startswith(b"221 ")
        seen = look()

    assert [line[:3] for line in said] == [b"250"] * 8
    assert said[-2:] == [b"250 2.1.0 ok\r\n", b"250 2.1.5 ok\r\n"]
    assert took >= 0.1
    assert (seen.connections, seen.taken) == (1, [])


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_pages_of_our_themes_are_as_high_as_the_reference_compilers(tmp_path: Path) -> None:
    for program in ("npm", "node", "chromium"):
        need(program)
    installed, site = tmp_path / "reference", tmp_path / "site"
    npm.install(installed)
    sites.make_long(site, 3)

    found = fidelity.compare(installed, site, 1).value

    assert found["themes"]["other"] == []
    assert len(found["themes"]["same"]) >= 20
    assert len(found["examples"]["same"]) >= 40
