"""The one door: help, usage, errors and their form, the site, the one screen."""

import json
from pathlib import Path

import click
import pytest

from pipeline import __version__
from pipeline.cli import output
from pipeline.cli.main import cli, main
from tests.cli.office import STEERING, Office, Relay
from tests.cli.reference import every_command
from tests.fakes import FakeClock

COMMANDS = list(every_command())


def names() -> list[str]:
    return [path for path, _ in COMMANDS]


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=names())
def test_the_help_of_a_command_begins_with_a_full_sentence(path, command):
    sentence = (command.help or "").splitlines()[0]

    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) > 20


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=names())
def test_every_option_says_what_it_does(path, command):
    options = [it for it in command.params if isinstance(it, click.Option)]

    assert [it.name for it in options if not (it.help and it.help.endswith("."))] == []


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=names())
def test_help_is_0_and_has_no_traceback(path, command, office: Office):
    told = office(*path.split()[1:], "--help")

    assert told.code == 0
    assert told.out.startswith(f"Usage: {path}")
    assert "..." not in told.out.replace("ADDR...", "").replace("SLUG...", "").replace(
        "FILE...", ""
    ).replace("[ARGS]...", "")


def test_the_version_is_the_packages(office: Office):
    assert office("--version").out == f"mailbag, version {__version__}\n"


@pytest.mark.parametrize(
    ("words", "message", "remedy"),
    [
        pytest.param(["plna"], "there is no command 'plna'", "did you mean 'plan'?", id="command"),
        pytest.param(
            ["subscribers", "ad"], "there is no command 'ad'", "did you mean 'add'?", id="sub"
        ),
        pytest.param(["xyzzy"], "there is no command 'xyzzy'", "see `mailbag --help`", id="word"),
        pytest.param(
            ["plan", "--wirte"], "no such option '--wirte'", "did you mean '--write'?", id="option"
        ),
        pytest.param(
            ["plan", "x"],
            "got unexpected extra argument (x)",
            "see `mailbag plan --help`",
            id="argument",
        ),
    ],
)
def test_a_slip_is_2_with_what_was_meant(office: Office, words, message, remedy):
    told = office(*words, "--json")
    plainly = office(*words)

    assert told.code == plainly.code == 2
    assert told.error == {"exit": 2, "place": "", "message": message, "remedy": remedy}
    assert plainly.out == ""
    assert plainly.err == f"mailbag: {message}; {remedy}\n"


def test_a_group_alone_names_its_commands(office: Office):
    told = office("subscribers")

    assert (told.code, told.out) == (2, "")
    assert told.err == (
        "mailbag: `mailbag subscribers` needs a command: add, export, import, list, remove, show;"
        " see `mailbag subscribers --help`\n"
    )


def test_a_refusal_is_place_fact_and_remedy(office: Office):
    office.edit("port = 1025", 'port = "x"')

    told = office("plan")

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("mailbag: newsletter.toml:")
    assert '[smtp] port = "x": must be a whole number; ' in told.err


@pytest.mark.parametrize(
    "words",
    [
        ["plan"],
        ["check"],
        ["build", "--out", "x"],
        ["send", "--due"],
        ["status"],
        ["deliveries", "1"],
        ["subscribers", "list"],
        ["published"],
        ["doctor"],
        ["issues"],
    ],
    ids=" ".join,
)
def test_a_broken_toml_is_2_for_every_command(office: Office, words):
    office.edit("[smtp]", "[smpt]")

    told = office(*words, "--json")

    assert told.code == 2
    assert "did you mean [smtp]?" in told.error["remedy"]


@pytest.mark.parametrize(
    "words", [["status"], ["plan"], ["send", "--due"], ["subscribers", "list"]]
)
def test_a_damaged_database_is_5(sending: Office, words):
    (sending.folder / "mailbag.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)

    told = sending(*words, "--json")

    assert told.code == 5
    assert "mailbag.db" in told.error["place"]
    assert told.error["remedy"]


def test_hostile_titles_cannot_steer_the_terminal(office: Office):
    path = office.folder / "content" / "the-long-meeting.md"
    path.write_text(path.read_text().replace("The long meeting", '"Long \\e[31m \\u202emeeting"'))

    for words in (["plan"], ["plan", "--json"], ["check"], ["check", "--json"], []):
        told = office(*words)
        assert not STEERING.search(told.out + told.err)
        if "--json" in words:
            assert told.document


def test_what_a_terminal_must_not_get_is_escaped_in_json():
    hostile = "\x1b[31m \x9b2J \u202e \u2028 \udc80 \u200d"

    text = output.as_json({"reply": hostile})

    assert json.loads(text) == {"reply": hostile}
    assert not STEERING.search(text)


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    assert isinstance(left.value.code, int)
    return left.value.code


def test_outside_of_a_site_it_says_how_to_begin(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert run() == 0

    said = capsys.readouterr().out
    assert "mailbag demo" in said
    assert "mailbag init DIR" in said


def test_a_command_outside_of_a_site_is_2(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert run("plan") == 2

    assert "no newsletter.toml here or in any folder above" in capsys.readouterr().err


def test_the_site_is_found_from_a_folder_inside_it(office: Office, monkeypatch, capsys):
    monkeypatch.chdir(office.folder / "content")

    assert run("plan") == 0

    assert "The long meeting" in capsys.readouterr().out


def test_the_environment_names_the_site(office: Office, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILBAG_SITE", str(office.folder))

    assert run("plan") == 0

    assert "The long meeting" in capsys.readouterr().out


def test_the_option_goes_before_the_environment(office: Office, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MAILBAG_SITE", str(tmp_path / "nowhere"))

    assert run("--site", str(office.folder), "plan") == 0


@pytest.mark.parametrize("name", ["nowhere", "content", "newsletter.toml"])
def test_a_folder_that_is_no_site_is_2(office: Office, name):
    told = Office(office.folder / name)("plan", "--json")

    assert told.code == 2
    assert told.error["remedy"]


class TestOverview:
    """Bare ``mailbag`` in a site."""

    def test_shows_one_screen(self, office: Office):
        told = office()

        assert told.code == 0
        rows = [line[2:14].strip() for line in told.out.splitlines() if line.startswith("  ")]
        assert rows == [
            "next issue",
            "due",
            "Q&As ready",
            "readers",
            "approval",
            "last result",
        ]
        assert len(told.out.splitlines()) < 24

    def test_says_what_to_do_now(self, office: Office, relay: Relay, clock: FakeClock):
        """From a new site to one that runs by itself."""
        office.set(port=str(relay.port))
        assert "Now: bring readers: `mailbag subscribers import FILE`" in office().out

        office.read_in("a@mail.example")
        assert "Now: look at the next issue with `mailbag preview`" in office().out

        relay.answers["a@mail.example"] = "451 4.7.1 later"
        office("send", "--now", "--yes")
        assert "Now: issue 1 is not finished; `mailbag send --due` goes on with it" in office().out

        office("pause", "1")
        assert "Now: issue 1 is paused (an operator paused it)" in office().out

        office("stop", "1")
        for path in (office.folder / "content").glob("*.md"):
            path.unlink()
        assert "Now: write an answer and set its `status: ready`" in office().out

    def test_names_a_placeholder_first(self, office: Office):
        office.edit("1 Main Street", "CHANGE-ME")

        assert "Now: edit newsletter.toml:12: CHANGE-ME still stands in line 12" in office().out


def test_every_command_that_reports_has_json():
    without = {path for path, it in COMMANDS if "as_json" not in {p.name for p in it.params}}

    assert without == {
        "mailbag",
        "mailbag db",
        "mailbag demo",
        "mailbag manual",
        "mailbag preview",
        "mailbag published export",
        "mailbag run",
        "mailbag serve",
        "mailbag subscribers",
        "mailbag subscribers export",
        "mailbag worker",
    }


def test_the_group_is_called_as_in_the_help():
    assert cli.get_help(click.Context(cli, info_name="mailbag")).count("\nSend:\n") == 1


def test_init_makes_a_site_that_check_likes(tmp_path: Path):
    office = Office(tmp_path / "kettle")

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert run("init", "kettle") == 0

    assert office("check").code == 0
    assert office("send", "--now", "--yes", "--json").error["exit"] == 2
    assert (office.folder / ".secrets" / "token.key").stat().st_mode & 0o777 == 0o600


def test_init_prints_the_cron_line_with_absolute_paths(tmp_path: Path, capsys):
    assert run("init", str(tmp_path / "my kettle"), "--json") == 0

    document = json.loads(capsys.readouterr().out)
    assert document["cron"].startswith("*/5 * * * * /")
    assert f"--site '{tmp_path / 'my kettle'}' send --due" in document["cron"]


@pytest.mark.parametrize("command", ["init", "demo"])
def test_folder_without_a_name_is_not_the_one_here(tmp_path: Path, capsys, monkeypatch, command):
    monkeypatch.chdir(tmp_path)

    assert run(command, "") == 2

    assert "name the folder to make" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [".", "newsletter.toml"])
def test_init_writes_over_nothing(office: Office, name, capsys):
    before = office.files()

    assert run("init", str(office.folder / name), "--json") == 2

    assert json.loads(capsys.readouterr().out)["error"]["remedy"]
    assert office.files() == before


def test_demo_refuses_a_folder_that_is_in_use(office: Office, capsys):
    before = office.files()

    assert run("demo", str(office.folder)) == 2

    assert "is not empty" in capsys.readouterr().err
    assert office.files() == before
