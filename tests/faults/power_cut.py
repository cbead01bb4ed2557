"""A sender and its relay on a machine whose power is cut when a terminator has come in.

``python -m tests.faults.power_cut FOLDER WINDOW AT SURVIVES SYNCHRONOUS``; prints the readers whose
terminators the relay had seen, and leaves in ``FOLDER/after`` what the disk then held.
"""

import contextlib
import json
import os
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

from pipeline.delivery.sender import Sender
from pipeline.delivery.smtp.driver.transport import SmtpTransport
from pipeline.store import sqlite
from pipeline.store.opening import open_store
from tests.fakes import FakeClock
from tests.fault_sink import Action, Do, FaultSink
from tests.faults.disk import Disk, some
from tests.faults.mailing import IN_CHUNKS, IN_GROUPS, PATIENT, own_sender
from tests.sending import ISSUE, options


class SeeingSink(FaultSink):
    """Writes down whose terminators came in, before anything follows from it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.seen: list[str] = []

    def action(self, step: str, recipient: str) -> Action | None:
        if step == ".":
            with self._lock:
                self.seen.append(recipient)
        return super().action(step, recipient)


def main(folder: Path, window: int, at: int, survives: str, synchronous: str) -> None:
    disk = Disk()
    once = threading.Lock()
    connect = sqlite.connect

    def connect_so(*arguments: Any, **names: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **names)
        connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection

    if synchronous:
        sqlite.connect = connect_so

    manner = IN_CHUNKS if window > 1 else IN_GROUPS
    sink = SeeingSink(capabilities=manner.capabilities)

    def cut() -> None:
        once.acquire()  # for good: the power is cut once
        seen = list(sink.seen)
        after = folder / "after"
        after.mkdir()
        disk.cut_power(after, (lambda: False) if survives == "none" else some(int(survives)))
        print(json.dumps(seen), flush=True)  # noqa: T201
        os._exit(0)

    with sink, contextlib.closing(open_store("sqlite:///mailbag.db", folder=folder)) as store:
        sink.on(".", Do(cut), after=at)
        Sender(
            outbox=store.outbox(alone=True),
            compose=own_sender,
            transport=SmtpTransport(options(sink.port, window=window, timeouts=PATIENT)),
            clock=FakeClock(),
            owner="the one without power",
        ).run(ISSUE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
