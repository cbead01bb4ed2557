"""A mistake found mid-send, with a relay that does wrong: who gets which edition, and how often."""

import json
import subprocess
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from pipeline.app.new_site import make_site, toml_text
from tests.cli.office import VALUES, Office
from tests.factories import TUESDAY
from tests.fault_sink import Do, Drop, FaultSink, Say

PATIENCE = 60.0
COUNT = 30


def reader(number: int) -> str:
    return f"reader-{number}@mail.example"


#: Whose reply is lost, who is put off, and at whom the mistake is found.
DOUBTFUL, LATE, FATAL = reader(4), reader(7), reader(15)


@pytest.fixture
def sink() -> Iterator[FaultSink]:
    with FaultSink(capabilities=("SIZE 1000000", "PIPELINING")) as it:
        yield it


@pytest.fixture
def office(tmp_path: Path, sink: FaultSink) -> Office:
    folder = tmp_path / "office"
    make_site(folder, today=TUESDAY, values=VALUES, sample=False)
    made = Office(folder)
    made.write("the-long-meeting")
    toml = toml_text({**VALUES, "port": str(sink.port)})
    assert "connections = 4" in toml
    made.folder.joinpath("newsletter.toml").write_text(
        toml.replace("connections = 4", "connections = 1")
    )
    made.read_in(*map(reader, range(COUNT)))
    return made


def run(office: Office, *words: str) -> str:
    """Run a command in a process of its own, by the clock of the machine."""
    process = office.process(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in {0, 4}, err
    return str(out)


def rows(office: Office) -> dict[str, dict[str, Any]]:
    found = json.loads(run(office, "deliveries", "1", "--json"))["deliveries"]
    return {row["address"]: row for row in found}


def texts(sink: FaultSink) -> dict[str, str]:
    """Give what stands in each reader's text part."""
    found = {}
    for taken in sink.messages:
        body = message_from_bytes(taken.data, policy=policy.default).get_body(("plain",))
        assert body is not None
        found[taken.recipient] = str(body.get_content())
    return found


def find_the_mistake(office: Office, sink: FaultSink, *, kill: bool) -> None:
    """Stop a send in the middle of a message, and mend the issue."""
    begun, answered = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        answered.wait(PATIENCE)

    sink.on(".", Do(wait), to=FATAL, times=1)
    process = office.process("send", "--now", "--yes", stderr=subprocess.PIPE)
    assert begun.wait(PATIENCE)
    if kill:
        process.kill()
        process.communicate(timeout=PATIENCE)
    run(office, "pause", "1")
    answered.set()
    process.communicate(timeout=PATIENCE)
    sink.hang_up()
    path = office.folder / "content" / "the-long-meeting.md"
    path.write_text(path.read_text().replace("No. Say", "Yes. Say"))
    assert "revision 1" in run(office, "revise", "1")


def check(office: Office, sink: FaultSink, *, twice: frozenset[str] = frozenset()) -> None:
    """Compare what the sink took with the ledger, reader by reader and byte by byte."""
    said = texts(sink)
    for address, row in rows(office).items():
        count = sink.counts[address]
        if row["state"] == "accepted":
            assert count == (2 if address in twice else 1), address
        elif row["state"] == "in_doubt":
            assert count <= 1
        else:
            assert count == 0, (address, row)
        if count:
            assert ("Yes. Say" in said[address]) is (row["edition"] == 1), address
    ids = {message_from_bytes(it.data)["Message-ID"] for it in sink.messages}
    assert len(ids) == len(sink.counts)
    assert ids <= {f"<{row['message_id']}>" for row in rows(office).values()}
    assert sink.violations == []


def test_who_waits_gets_the_revision_and_doubt_keeps_its_bytes(office: Office, sink: FaultSink):
    sink.on(".", Drop(takes=True), to=DOUBTFUL, times=1)
    sink.on("RCPT", Say("451 4.3.0 later"), to=LATE)
    find_the_mistake(office, sink, kill=False)
    before = rows(office)

    run(office, "resolve", "1", DOUBTFUL, "--resend")
    run(office, "resume", "1")
    run(office, "send", "--issue", "1")

    after = rows(office)
    assert before[DOUBTFUL]["state"] == "in_doubt"
    assert (after[DOUBTFUL]["state"], after[DOUBTFUL]["edition"]) == ("accepted", 0)
    first, second = (it.data for it in sink.messages if it.recipient == DOUBTFUL)
    assert first == second
    assert (after[LATE]["state"], after[LATE]["edition"]) == ("deferred", 1)
    editions = {row["edition"] for row in after.values() if row["state"] == "accepted"}
    assert editions == {0, 1}
    check(office, sink, twice=frozenset({DOUBTFUL}))


def test_a_sender_that_is_killed_leaves_the_old_edition_in_doubt_alone(
    office: Office, sink: FaultSink
):
    find_the_mistake(office, sink, kill=True)

    run(office, "resume", "1")
    run(office, "send", "--issue", "1")

    after = rows(office)
    assert [a for a, row in after.items() if row["state"] == "in_doubt"] == [FATAL]
    assert after[FATAL]["edition"] == 0
    assert sum(row["edition"] == 1 for row in after.values()) > 0
    check(office, sink)
