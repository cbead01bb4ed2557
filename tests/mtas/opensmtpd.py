"""A real OpenSMTPD on loopback, unpacked and private, that keeps everything in a Maildir."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.smtp.options import Kind
from tests.mtas import arrivals, private, unpacked

_KEEPER_ID = 58983

_CONFIG = """\
table everybody {{ "@" = keeper }}
listen on 127.0.0.1 port {port} hostname mx.news.example
action "keep" maildir "{folder}/mail" virtual <everybody>
match from any for any rcpt-to regex "^gone" reject
match from any for any action "keep"
"""


@dataclass(frozen=True)
class OpenSmtpd:
    """A running one."""

    folder: Path
    port: int
    name: str = "OpenSMTPD"
    kind: Kind = Kind.SMTP

    def is_idle(self) -> bool:
        spool = self.folder / "spool"
        return arrivals.is_without_files(spool / "incoming", spool / "queue")

    def stored(self) -> Iterable[bytes]:
        return arrivals.in_maildirs(self.folder)


@contextmanager
def running() -> Iterator[OpenSmtpd]:
    """Run an OpenSMTPD until the block ends; it refuses readers whose name begins with ``gone``."""
    program, helpers = unpacked.file("usr/sbin/smtpd"), unpacked.file("usr/libexec")
    with tempfile.TemporaryDirectory(prefix="mailbag-opensmtpd-") as name:
        folder, port = Path(name), private.free_port()
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        shutil.chown(folder / "mail", _KEEPER_ID, _KEEPER_ID)
        (folder / "spool").mkdir(mode=0o711)
        config = folder / "smtpd.conf"
        config.write_text(_CONFIG.format(folder=folder, port=port))
        nowhere = "/var/lib/opensmtpd/empty"
        users = {
            "opensmtpd": (58981, nowhere),
            "opensmtpq": (58982, nowhere),
            "keeper": (_KEEPER_ID, str(folder / "mail")),
        }
        with private.running(
            [str(program), "-d", "-f", str(config)],
            port=port,
            log=folder / "said",
            # Its places are compiled into it.
            before=[
                "mount -t tmpfs none /run",
                "mount -t tmpfs none /var/lib",
                "mount -t tmpfs none /var/spool",
                f"mkdir -p {nowhere} /var/spool/smtpd",
            ],
            binds={
                **private.accounts(folder, users),
                "/usr/libexec": helpers,
                "/var/spool/smtpd": folder / "spool",
            },
            environment={"LD_LIBRARY_PATH": unpacked.library_path()},
        ):
            yield OpenSmtpd(folder, port)
