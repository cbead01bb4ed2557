"""What a doctor sees."""

from pathlib import Path

import pytest

from pipeline.app import health
from pipeline.app.health import Health, Line
from pipeline.demo import free_port, mail_server
from tests.workflow.office import HOUR, NOON, Office


def examine(office: Office) -> dict[str, Line]:
    return {line.subject: line for line in health.examine(office.site, {})}


def test_every_line_that_is_not_good_says_what_to_do(fresh: Office) -> None:
    for line in examine(fresh).values():
        assert line.fact
        assert line.state is Health.GOOD or line.remedy or line.subject == "relay"


def test_undecided_site_is_no_site_to_send_from(fresh: Office) -> None:
    lines = examine(fresh)

    assert (lines["settings"].state, lines["settings"].exit) == (Health.BAD, 2)
    assert lines["database"].state is Health.LOOK


def test_doctor_makes_no_ledger(office: Office) -> None:
    examine(office)

    assert not (office.folder / "mailbag.db").exists()


def test_whole_site_with_a_relay_is_well(office: Office, tmp_path: Path) -> None:
    port = free_port()
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("port = 1025", f"port = {port}"))
    office.enlist()

    with mail_server(tmp_path / "Maildir", port):
        lines = examine(office)

    assert lines["settings"].state is Health.GOOD
    assert lines["keys"].state is Health.GOOD
    assert lines["database"].fact == "whole; 3 readers, 0 issues"
    assert lines["clock"].state is Health.GOOD
    assert lines["relay"].fact.startswith(f"127.0.0.1:{port} answers; it offers ")
    assert [line for line in lines.values() if line.exit] == []


def test_relay_that_is_away_is_bad(office: Office) -> None:
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("port = 1025", "port = 1"))

    line = examine(office)["relay"]

    assert (line.state, line.exit) == (Health.BAD, 4)


def test_key_that_others_can_read_is_bad(office: Office) -> None:
    (office.folder / ".secrets" / "token.key").chmod(0o644)

    line = examine(office)["keys"]

    assert (line.state, line.exit) == (Health.BAD, 5)
    assert line.remedy.startswith("run: chmod 600")


def test_clock_set_back_is_bad(office: Office) -> None:
    office.store.meta.see(NOON + HOUR)

    line = examine(office)["clock"]

    assert (line.state, line.exit) == (Health.BAD, 5)
    assert "--accept-clock" in line.remedy


def test_damaged_ledger_is_bad(office: Office) -> None:
    (office.folder / "mailbag.db").write_bytes(b"not a database, but longer than nothing" * 40)

    line = examine(office)["database"]

    assert (line.state, line.exit) == (Health.BAD, 5)


@pytest.mark.parametrize(
    ("url", "state"),
    [
        pytest.param("https://news.example", Health.LOOK, id="rehearsal"),
        pytest.param("https://letters.invalid:8443/a", Health.LOOK, id="with a port and a path"),
        pytest.param("http://127.0.0.1:8080", Health.LOOK, id="http"),
        pytest.param("https://letters.org", Health.GOOD, id="a domain"),
    ],
)
def test_domains_for_rehearsals_are_named(office: Office, url: str, state: Health) -> None:
    office.configure("base_url", f'"{url}"')

    assert examine(office)["base_url"].state is state


def test_unchecked_links_are_worth_a_look(office: Office) -> None:
    assert examine(office)["links"].state is Health.LOOK


def test_dead_links_are_bad(office: Office) -> None:
    office.configure("verify_links", "true")
    office.configure("base_url", '"http://127.0.0.1:1"')

    line = examine(office)["links"]

    assert (line.state, line.exit) == (Health.BAD, 2)
