"""Postfix's smtp-sink, that writes down each message it takes."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.smtp.options import Kind
from tests.mtas import private
from tests.outside import need


@dataclass(frozen=True)
class SmtpSink:
    """A running one. It cannot refuse one reader and take the next."""

    folder: Path
    port: int
    name: str = "smtp-sink"
    kind: Kind = Kind.SMTP

    def is_idle(self) -> bool:
        return True

    def stored(self) -> Iterable[bytes]:
        # It writes one empty line more than it got.
        found = (path.read_bytes() for path in sorted(self.folder.glob("taken.*")))
        return (it.removesuffix(b"\n") for it in found)


@contextmanager
def running() -> Iterator[SmtpSink]:
    """Run an smtp-sink until the block ends."""
    program = need("smtp-sink")
    with tempfile.TemporaryDirectory(prefix="mailbag-smtp-sink-") as name:
        folder, port = Path(name), private.free_port()
        folder.chmod(0o777)
        template = str(folder / "taken.")
        with private.running(
            [program, "-u", "nobody", "-d", template, f"127.0.0.1:{port}", "100"],
            port=port,
            log=folder / "said",
        ):
            yield SmtpSink(folder, port)
