"""What a doctor sees."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.app import health, letters
from pipeline.app.health import Health, Line
from pipeline.demo import free_port, mail_server
from tests.fault_sink import Drop, FaultSink, Say
from tests.workflow.office import HOUR, NOON, Office


def examine(office: Office) -> dict[str, Line]:
    return {line.subject: line for line in health.examine(office.site, {})}


def edit(office: Office, before: str, after: str) -> None:
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace(before, after))


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
    edit(office, "port = 1025", f"port = {port}")
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
    edit(office, "port = 1025", "port = 1")

    line = examine(office)["relay"]

    assert (line.state, line.exit) == (Health.BAD, 4)


@pytest.fixture
def sink(office: Office) -> Iterator[FaultSink]:
    with FaultSink() as made:
        edit(office, "port = 1025", f"port = {made.port}")
        yield made


def test_sender_that_the_relay_takes_is_good_and_no_mail_is_begun(
    office: Office, sink: FaultSink
) -> None:
    line = examine(office)["sender"]

    assert line.state is Health.GOOD
    assert line.fact == f"127.0.0.1:{sink.port} takes mail from letters@news.example"
    verbs = [command.split()[0] for _, command in sink.commands]
    assert verbs == ["EHLO", "MAIL", "RSET", "QUIT"]
    assert sink.said("MAIL") == ["MAIL FROM:<letters@news.example> SIZE=102400"]


def test_sender_is_the_return_path_where_there_is_one(office: Office, sink: FaultSink) -> None:
    edit(office, "# return_path =", "return_path =")
    office.configure("return_path", '"bounces@news.example"')

    assert "bounces@news.example" in examine(office)["sender"].fact
    assert sink.said("MAIL")[0].startswith("MAIL FROM:<bounces@news.example>")


def test_size_that_is_asked_about_is_that_of_the_newest_issue(
    office: Office, sink: FaultSink
) -> None:
    office.write_qas("first")
    office.enlist()
    office.send_now()

    examine(office)

    edition = office.sent[-1]
    size = len(letters.sample_message(office.site, edition, now=NOON))
    assert sink.said("MAIL")[0].endswith(f" SIZE={size}")


@pytest.mark.parametrize(
    ("said", "state", "remedy"),
    [
        pytest.param(
            "553 5.7.1 Sender address rejected: not owned by user",
            Health.BAD,
            "[newsletter] return_path",
            id="not ours",
        ),
        pytest.param("550 no", Health.BAD, "[newsletter] return_path", id="who knows why"),
        pytest.param(
            "552 5.3.4 Message size exceeds fixed limit", Health.BAD, "attach no images", id="size"
        ),
        pytest.param(
            "550 5.7.25 The IP address does not have a PTR record setup",
            Health.BAD,
            "in the DNS",
            id="our DNS",
        ),
        pytest.param("451 4.7.500 Server busy", Health.LOOK, "look again", id="later"),
        pytest.param("421 4.3.2 going down", Health.LOOK, "look again", id="later, and it closes"),
        pytest.param(
            "550 5.4.5 Daily user sending quota exceeded", Health.LOOK, "look again", id="quota"
        ),
    ],
)
def test_sender_that_the_relay_refuses_is_told_in_its_words(
    office: Office, sink: FaultSink, said: str, state: Health, remedy: str
) -> None:
    sink.on("MAIL", Say(said))

    line = examine(office)["sender"]

    assert line.state is state
    assert line.exit == (4 if state is Health.BAD else 0)
    assert line.fact == f"127.0.0.1:{sink.port} refuses mail from letters@news.example: {said}"
    assert remedy in line.remedy


def test_relay_that_hangs_up_at_our_sender_is_bad(office: Office, sink: FaultSink) -> None:
    sink.on("MAIL", Drop())

    line = examine(office)["relay"]

    assert (line.state, line.exit) == (Health.BAD, 4)
    assert "closed the connection at MAIL" in line.fact


def test_long_answer_about_our_sender_is_cut(office: Office, sink: FaultSink) -> None:
    sink.on("MAIL", Say("550 " + "no " * 500))

    assert len(examine(office)["sender"].fact) < 300


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
