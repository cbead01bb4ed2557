"""Edge: a transport that writes each message into a folder instead of handing it over."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.clock import Clock
from pipeline.delivery.parcel import Answered, Loss, Lost, Outcome, Parcel
from pipeline.delivery.ports import Feed
from pipeline.delivery.smtp.replies import Reply
from pipeline.delivery.stage import Stage
from pipeline.errors import RelayError
from pipeline.model.message import Message

_TAKEN = Reply(250, ("2.0.0 written",), "2.0.0")
#: A Message-ID that is a file name everywhere.
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._+=-]{0,199}")


@dataclass(frozen=True, slots=True)
class EmlTransport:
    """Writes ``<message-id>.eml`` files; the same message again is the same file again.

    Fits :class:`pipeline.delivery.ports.Transport` with the same promises as SMTP: a file takes
    its name only after its hand-over is committed.
    """

    folder: Path
    clock: Clock

    @property
    def doubt(self) -> int:
        return 1

    def run(self, feed: Feed) -> None:
        outcomes: list[Outcome] = []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            while (parcel := self._next(feed, outcomes)) is not None:
                self._send(parcel, feed, outcomes)
        except OSError as error:
            raise RelayError(
                f"the message cannot be written: {error.strerror}",
                place=str(self.folder),
                remedy="make room, or give the right to write there",
            ) from error
        finally:
            feed.commit(outcomes, ())

    def _next(self, feed: Feed, outcomes: list[Outcome]) -> Parcel | None:
        while True:
            feed.look_after()
            supply = feed.take(1)
            if supply.parcels:
                return supply.parcels[0]
            if outcomes:  # there may be more when they are written
                feed.commit(tuple(outcomes), ())
                outcomes.clear()
                continue
            if supply.again_in is None:
                return None
            self.clock.sleep(min(supply.again_in, 0.5))

    def _send(self, parcel: Parcel, feed: Feed, outcomes: list[Outcome]) -> None:
        """Write the parcel; its outcome waits for the next one's hand-over."""
        path = self.folder / file_name(parcel.message)
        draft = path.with_suffix(".part")
        with draft.open("wb") as file:
            file.write(parcel.message.data)
            file.flush()
            os.fsync(file.fileno())
        granted = feed.commit(tuple(outcomes), (parcel,))
        outcomes.clear()
        if not granted:
            draft.unlink()
            return
        # Until the name stands, nothing was handed over.
        outcomes.append(Lost(parcel, Loss.BEFORE, "the file did not get its name"))
        if not feed.may_hand_over(parcel):
            draft.unlink()
            return
        draft.replace(path)
        outcomes[:] = [Answered(parcel, Stage.END_OF_DATA, _TAKEN)]
        self._sync()

    def _sync(self) -> None:
        """Make the names durable, not only the bytes."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def file_name(message: Message) -> str:
    """Give the Message-ID as a file name, without its brackets; its hash if it cannot be one."""
    name = message.message_id.strip("<>")
    if _SAFE.fullmatch(name) is None:
        name = hashlib.sha256(message.message_id.encode()).hexdigest()
    return f"{name}.eml"
