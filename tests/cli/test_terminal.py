"""What only a process of its own shows: terminals, pipes and signals."""

import contextlib
import itertools
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.new_site import toml_text
from tests.cli.office import VALUES, Office, Relay
from tests.fault_sink import Drop, FaultSink, Stall

PATIENCE = 30.0


class Terminal:
    """A command at a terminal of its own, and what it shows."""

    def __init__(self, office: Office, *words: str, env: dict[str, str] | None = None) -> None:
        self._ours, theirs = pty.openpty()
        self.process = office.process(
            *words, stdin=theirs, stdout=theirs, stderr=theirs, env=env or {}
        )
        os.close(theirs)
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Read until the text is shown."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < end, self.shown
            assert self._read(), self.shown

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def interrupt(self, number: signal.Signals) -> None:
        """Send a signal, again if need be: one that comes just before a read waits for a key."""
        for _ in range(20):
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(1.0)
                return

    def close(self) -> None:
        """Take the terminal away, as a window that is closed does."""
        os.close(self._ours)

    def leave(self) -> int:
        """Read to the end; give the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE)
        assert ready, f"nothing more is shown after {self.shown!r}"
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # the other end is closed
            return False
        self.shown += data.decode()
        return bool(data)


def test_now_asks_at_a_terminal_and_takes_the_number(sending: Office, relay: Relay):
    terminal = Terminal(sending, "send", "--now")

    terminal.wait_for("Type 1 to send it")
    assert relay.taken == []
    terminal.type("1\n")

    assert terminal.leave() == 0
    assert "Issue 1: The long meeting\r\nto 2 readers by 127.0.0.1:" in terminal.shown
    assert len(relay.taken) == 2


@pytest.mark.parametrize("answer", ["y\n", "yes\n", "\n", "2\n", "11\n"])
def test_now_takes_nothing_else_for_a_yes(sending: Office, relay: Relay, answer):
    terminal = Terminal(sending, "send", "--now")

    terminal.wait_for("Type 1 to send it")
    terminal.type(answer)

    assert terminal.leave() == 2
    assert "nothing was sent" in terminal.shown
    assert relay.taken == []


@pytest.mark.parametrize("elsewhere", ["stdin", "stderr"])
def test_now_sends_nothing_where_the_question_is_not_read_or_not_answered(
    sending: Office, relay: Relay, elsewhere: str
):
    ours, terminal = pty.openpty()
    streams = {name: terminal for name in ("stdin", "stdout", "stderr") if name != elsewhere}
    other = subprocess.DEVNULL if elsewhere == "stdin" else subprocess.PIPE

    process = sending.process("send", "--now", **streams, **{elsewhere: other})

    os.close(terminal)
    said = process.communicate(timeout=PATIENCE)[1] or os.read(ours, 65536).decode()
    os.close(ours)
    assert process.returncode == 2
    assert "add --yes to send without a question" in said
    assert relay.taken == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_the_question_ends_it_and_sends_nothing(
    sending: Office, relay: Relay, number: signal.Signals
):
    terminal = Terminal(sending, "send", "--now")

    terminal.wait_for("Type 1 to send it")
    terminal.interrupt(number)

    assert terminal.leave() == 2
    assert relay.taken == []
    assert "Traceback" not in terminal.shown


def test_yes_is_not_asked_at_a_terminal(sending: Office, relay: Relay):
    terminal = Terminal(sending, "send", "--now", "--yes")

    assert terminal.leave() == 0
    assert "Type" not in terminal.shown
    assert len(relay.taken) == 2


def test_a_bug_is_a_sentence_and_a_traceback_only_when_asked_for(office: Office):
    """A site whose program is broken on purpose, by a module that shadows one it needs."""
    broken = office.folder / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import pipeline.workflow.planning as it\n"
        "def broken(*a, **k):\n    raise KeyError('no such thing')\n"
        "it.plan = broken\n"
    )
    env = {"PYTHONPATH": f"{broken}{os.pathsep}{Path(__file__).parents[2]}"}

    plainly = office.process("plan", stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    out, err = plainly.communicate(timeout=PATIENCE)
    asked = office.process(
        "plan",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**env, "MAILBAG_DEBUG": "1"},
    )
    _, trace = asked.communicate(timeout=PATIENCE)

    assert (plainly.returncode, out) == (1, "")
    assert err.startswith("mailbag: a bug in mailbag: KeyError: 'no such thing'; ")
    assert "Traceback" not in err
    assert (asked.returncode, "Traceback" in trace) == (1, True)


def test_whoever_reads_only_the_first_line_is_no_trouble(sending: Office):
    sending.read_in(*(f"reader-{number}@mail.example" for number in range(3000)))
    read, write = os.pipe()
    process = sending.process("subscribers", "list", stdout=write, stderr=subprocess.PIPE)
    os.close(write)

    with os.fdopen(read) as pipe:
        first = pipe.readline()
    _, err = process.communicate(timeout=PATIENCE)

    assert first.startswith("active")
    assert (process.returncode, err) == (0, "")


def test_a_full_disk_behind_stdout_is_5(office: Office):
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with Path("/dev/full").open("w") as full:
        process = office.process("plan", stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 5
    assert err == "mailbag: No space left on device; make room on the disk, or name another one\n"


@pytest.mark.parametrize("words", [[], ["--json"], ["--events"]])
def test_a_full_disk_behind_stdout_is_no_failed_send(sending: Office, relay: Relay, words):
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with Path("/dev/full").open("w") as full:
        process = sending.process(
            "send", "--now", "--yes", *words, stdout=full, stderr=subprocess.PIPE
        )
        _, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, len(relay.taken)) == (0, 2)
    assert (
        "issue 1 is complete; only the report could not be written: No space left on device;"
        " `mailbag status` shows what it came to"
    ) in err
    if "--events" in words:
        assert json.loads(err.splitlines()[-1])["event"] == "done"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_is_valid_whatever_the_terminal_can_show(office: Office, encoding):
    office.write("the-long-meeting", title="Träge 会議 “long”")
    env = {"PYTHONIOENCODING": encoding}

    words = [["plan", "--json"], ["plan"]]
    processes = [
        office.process(*it, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) for it in words
    ]
    (out, err), (_, plain_err) = (it.communicate(timeout=PATIENCE) for it in processes)
    titles = [entry["slug"] for entry in json.loads(out)["chosen"]]

    assert [it.returncode for it in processes] == [0, 0]
    assert (err, plain_err) == ("", "")
    assert "the-long-meeting" in titles


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_send_with_nothing_in_doubt(office: Office, number):
    with FaultSink() as sink:
        office.folder.joinpath("newsletter.toml").write_text(
            toml_text({**VALUES, "port": str(sink.port)}).replace(
                "connections = 4", "connections = 1"
            )
        )
        office.read_in(*(f"reader-{n}@mail.example" for n in range(200)))
        stall = Stall(0.5)
        sink.on(".", stall, to="reader-20@mail.example", times=1)
        process = office.process(
            "send", "--now", "--yes", stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert stall.begun.wait(PATIENCE)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
        sums = office("status", "--json").document
        taken = len(sink.messages)

    assert "ending: the messages in hand are answered first" in err
    assert "Traceback" not in err
    assert sums["in_doubt"] == 0
    assert sums["accepted"] == taken
    assert sums["queued"] == 200 - taken > 0


@pytest.mark.parametrize("command", [["send", "--now", "--yes"], ["send", "--issue", "1"], ["run"]])
def test_a_second_ctrl_c_leaves_doubt_and_says_so(office: Office, command: list[str]):
    with FaultSink() as sink:
        office.set(port=str(sink.port))
        office.read_in(*(f"reader-{n}@mail.example" for n in range(40)))
        if command != ["send", "--now", "--yes"]:
            sink.on("CONNECT", Drop(), times=4)  # so that there is an issue to go on with
            first = office.process("send", "--now", "--yes", stderr=subprocess.DEVNULL)
            assert first.wait(PATIENCE) == 4
        stall = Stall(PATIENCE)
        sink.on(".", stall, to="reader-20@mail.example", times=1)
        process = office.process(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert stall.begun.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = ""
        while "ending: the messages in hand are answered first" not in said:
            said += process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        sums = office("status", "--json").document
        counts = sink.counts

    assert process.returncode == 4, out + err
    assert "Traceback" not in err
    assert f"{sums['in_doubt']} in doubt" in out
    assert "in doubt    reader-20@mail.example" in out
    assert f"{sums['queued']} readers wait for a later `mailbag send" in out
    assert 1 <= sums["in_doubt"] <= 4
    assert sums["accepted"] + sums["in_doubt"] + sums["queued"] == 40
    assert sums["accepted"] <= len(counts)
    assert set(counts.values()) <= {1}


def test_a_terminal_shows_how_far_a_send_is(sending: Office, relay: Relay):
    relay.answers["b@mail.example"] = "451 4.3.0 later"
    terminal = Terminal(sending, "send", "--now", "--yes", env={"COLUMNS": "120"})

    assert terminal.leave() == 0

    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.shown)
    bar = [line for line in re.split(r"[\r\n]+", shown) if line.startswith("issue 1 ")]
    assert "0/2" in bar[0]
    assert "/s" in bar[0]
    assert re.search(r"2/2 .* 1 accepted, 1 deferred", bar[-1])


def test_events_at_a_terminal_are_events_alone(sending: Office, relay: Relay):
    terminal = Terminal(sending, "send", "--now", "--yes", "--events")

    assert terminal.leave() == 0

    lines = [line for line in terminal.shown.splitlines() if line.startswith("{")]
    assert [json.loads(line)["event"] for line in lines] == ["begin", "progress", "end", "done"]
    assert "\x1b" not in terminal.shown.replace("\x1b[0m", "")


def test_a_terminal_says_whose_greeting_is_waited_for(office: Office):
    with FaultSink() as sink:
        sink.on("CONNECT", Stall(3))
        office.set(port=str(sink.port))
        office.read_in("a@mail.example")
        terminal = Terminal(office, "send", "--now", "--yes", env={"COLUMNS": "160"})

        terminal.wait_for(f"waiting for the greeting of 127.0.0.1:{sink.port}")

        assert terminal.leave() == 0


def test_progress_is_told_every_second_while_nothing_is_answered(office: Office):
    with FaultSink() as sink:
        sink.on(".", Stall(5))
        office.set(port=str(sink.port))
        office.read_in("a@mail.example")
        process = office.process("send", "--now", "--yes", "--events", stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=PATIENCE)

    told = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    seconds = [it["seconds"] for it in told if it["event"] == "progress"]
    waited = [it["waits_for"] for it in told if it["event"] == "progress"]
    assert max(after - before for before, after in itertools.pairwise(seconds)) < 2.5
    assert (len(seconds) >= 4, waited[0], waited[-1]) == (True, None, None)
    assert f"an answer of 127.0.0.1:{sink.port}" in waited


def slow_send(office: Office, sink: FaultSink) -> Stall:
    """Let a send to forty readers stand still for a moment in its middle."""
    office.set(port=str(sink.port))
    office.read_in(*(f"reader-{n}@mail.example" for n in range(40)))
    stall = Stall(1.0)
    sink.on(".", stall, to="reader-20@mail.example", times=1)
    return stall


def test_a_signal_is_an_event_among_events(office: Office):
    with FaultSink() as sink:
        stall = slow_send(office, sink)
        process = office.process("send", "--now", "--yes", "--events", stderr=subprocess.PIPE)
        assert stall.begun.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)

    names = [json.loads(line)["event"] for line in err.splitlines()]
    assert names.index("begin") < names.index("ending") < names.index("interrupted")


def test_a_terminal_that_is_closed_leaves_nothing_in_doubt(office: Office):
    with FaultSink() as sink:
        stall = slow_send(office, sink)
        terminal = Terminal(office, "send", "--now", "--yes")
        assert stall.begun.wait(PATIENCE)
        terminal.close()
        for _ in range(2):  # from the system, and from the shell
            terminal.process.send_signal(signal.SIGHUP)
        code = terminal.process.wait(PATIENCE)
        sums = office("status", "--json").document
        taken = len(sink.messages)

    assert (code, sums["in_doubt"], sums["accepted"]) == (0, 0, taken)
    assert sums["queued"] == 40 - taken


def test_nohup_goes_on_to_the_end(office: Office):
    with FaultSink() as sink:
        stall = slow_send(office, sink)
        program = [sys.executable, "-m", "pipeline", "--site", str(office.folder)]
        process = subprocess.Popen(  # noqa: S603 - our own program
            ["/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh", *program, "send", "--now", "--yes"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert stall.begun.wait(PATIENCE)
        process.send_signal(signal.SIGHUP)

        assert process.wait(PATIENCE) == 0
        assert len(sink.messages) == 40


def test_two_sends_at_once_send_one_issue(office: Office):
    """Two people, or a person and a script, press the same button."""
    with FaultSink() as sink:
        office.set(port=str(sink.port))
        office.edit("count = 3", "count = 1")
        office.read_in("a@mail.example", "b@mail.example")
        stall = Stall(6.0)
        sink.on(".", stall, times=1)
        first = office.process("send", "--now", "--yes", stdout=subprocess.DEVNULL)
        assert stall.begun.wait(PATIENCE)
        second = office.process("send", "--now", "--yes", stderr=subprocess.PIPE)
        _, err = second.communicate(timeout=PATIENCE)

        assert (first.wait(PATIENCE), second.returncode) == (0, 3)
        assert err == (
            "mailbag: send --now: another sender ended issue 1 while this one waited for it;"
            " nothing more was sent; the same command sends the issue after it\n"
        )
        assert sink.counts == {"a@mail.example": 1, "b@mail.example": 1}
    assert [it["issue"] for it in office("issues", "--json").document["issues"]] == [1]


def test_doubt_that_two_killed_runs_could_not_tell_is_told_once(office: Office):
    """The first dies with messages in hand, the second when it has written that they are."""
    dying = office.folder / "dying"
    dying.mkdir()
    (dying / "sitecustomize.py").write_text(
        "import os, signal\n"
        "import pipeline.cli.closing as it\n"
        "it.report = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = {"PYTHONPATH": f"{dying}{os.pathsep}{Path(__file__).parents[2]}"}

    def due(**settings: Any) -> "tuple[int, str, str]":
        process = office.process(
            "send", "--due", stdout=subprocess.PIPE, stderr=subprocess.PIPE, **settings
        )
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    with FaultSink() as sink:
        stall = slow_send(office, sink)
        first = office.process("send", "--now", "--yes", stderr=subprocess.DEVNULL)
        assert stall.begun.wait(PATIENCE)
        first.kill()
        first.wait(PATIENCE)
        assert due(env=env) == (-signal.SIGKILL, "", "")
        assert office("status", "--json").document["state"] == "complete"

        code, out, err = due()
        again = due()

    assert (code, err) == (4, "")
    assert "Issue 1 is complete" in out
    assert "in doubt    reader-20@mail.example" in out
    assert again == (0, "", "")


def test_doubt_of_an_issue_that_was_paused_after_a_kill_is_told_once(office: Office):
    with FaultSink() as sink:
        stall = slow_send(office, sink)
        first = office.process("send", "--now", "--yes", stderr=subprocess.DEVNULL)
        assert stall.begun.wait(PATIENCE)
        first.kill()
        first.wait(PATIENCE)
        assert office("pause", "1").code == 0

        codes, out = [], ""
        for words in (["send", "--due"], ["send", "--due"], ["send", "--issue", "1"]):
            process = office.process(*words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            out, _ = process.communicate(timeout=PATIENCE)
            codes.append(process.returncode)

    assert codes == [4, 0, 0]
    assert "Issue 1 is complete" in out
