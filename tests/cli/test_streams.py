"""A command that was started with one of its three streams closed, as some daemons do."""

import subprocess
import sys

import pytest

from tests.cli.office import Office, Relay


def called_by_shell(office: Office, words: str, closed: str) -> "subprocess.CompletedProcess[str]":
    """Run a command behind a redirection such as ``>&-``."""
    program = [sys.executable, "-m", "pipeline", "--site", str(office.folder)]
    return subprocess.run(  # noqa: S603 - our own program
        ["/bin/sh", "-c", f'exec "$@" {words} {closed}', "sh", *program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_keeps_nobody_from_sending(sending: Office, relay: Relay, closed: str):
    called = called_by_shell(sending, "send --now --yes", closed)

    assert (called.returncode, called.stderr) == (0, "" if "2>" in closed else called.stderr)
    assert "bug" not in called.stderr
    assert len(relay.taken) == 2
    assert sending("status", "--json").document["state"] == "complete"


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_cron_with_a_closed_stream_goes_on_with_an_issue(
    sending: Office, relay: Relay, closed: str
):
    sending.edit(f"port = {relay.port}", "port = 1")
    called_by_shell(sending, "send --now --yes", "")
    sending.edit("port = 1\n", f"port = {relay.port}\n")

    called = called_by_shell(sending, "send --due", closed)

    assert (called.returncode, called.stdout, called.stderr) == (0, "", "")
    assert len(relay.taken) == 2


def test_a_refusal_is_still_told_by_its_code_where_nobody_hears_it(sending: Office):
    assert called_by_shell(sending, "send --issue 7", ">&- 2>&-").returncode == 2
