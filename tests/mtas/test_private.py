"""The tests' servers end with them."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mtas import arrivals, private

_ROOT = Path(__file__).parents[2]
#: Starts two servers, says where, and waits to be ended.
_PROGRAM = """\
from tests import postfix
from tests.mtas import dovecot

with postfix.running() as one, dovecot.running() as other:
    print(one.port, other.port, flush=True)
    input()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for what a killed process leaves."""
    with tempfile.TemporaryDirectory(prefix="mailbag-private-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_servers_end_when_the_process_that_started_them_is_killed(servers, folder):
    for name in ("Postfix", "Dovecot"):  # what is missing is said by them
        servers(name)
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", _PROGRAM],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert process.stdout is not None
    ports = [int(it) for it in process.stdout.readline().split()]
    assert len(ports) == 2
    assert all(private.is_open(port) for port in ports)

    process.kill()
    process.communicate(timeout=30)

    arrivals.wait_until(lambda: not any(map(private.is_open, ports)), f"{ports} are still open")
