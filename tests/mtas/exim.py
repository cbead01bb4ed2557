"""A real Exim on loopback, unpacked and private, that keeps everything in a Maildir."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.smtp.options import Kind
from tests.mtas import arrivals, private, unpacked

_USER = "Debian-exim"
_USER_ID = 58991

_CONFIG = """\
exim_path = {program}
keep_environment = LD_LIBRARY_PATH
deliver_drop_privilege = true
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
log_selector = +pipelining
primary_hostname = mx.news.example
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
chunking_advertise_hosts = *
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
smtp_accept_queue_per_connection = 0
acl_smtp_rcpt = at_rcpt
acl_smtp_data = accept
begin acl
at_rcpt:
  deny local_parts = ^gone
       message = 5.1.1 there is no such reader
  accept
begin routers
everybody:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = {folder}/mail/inbox
  envelope_to_add
  return_path_add
  user = {user}
"""


@dataclass(frozen=True)
class Exim:
    """A running one."""

    folder: Path
    port: int
    name: str = "Exim"
    kind: Kind = Kind.SMTP

    def is_idle(self) -> bool:
        return arrivals.is_without_files(self.folder / "spool" / "input")

    def stored(self) -> Iterable[bytes]:
        return arrivals.in_maildirs(self.folder / "mail")

    def manners(self, domain: str) -> list[set[str]]:
        """Tell of each message to a domain how it came, as Exim wrote it into its log.

        ``K`` is CHUNKING; ``L`` is PIPELINING, and ``L-`` that it was offered and not used.
        """
        log = (self.folder / "log" / "main").read_text(encoding="utf-8")
        ids = re.findall(rf"(?m)^\S+ \S+ (\S+) => \S+ <\S+@{re.escape(domain)}>", log)
        came = dict(re.findall(r"(?m)^\S+ \S+ (\S+) <= .* (P=.*) S=", log))
        return [{word.replace(".", "") for word in came[it].split()} for it in ids]


@contextmanager
def running() -> Iterator[Exim]:
    """Run an Exim until the block ends; it refuses readers whose name begins with ``gone``."""
    program = unpacked.file("usr/sbin/exim4")
    with tempfile.TemporaryDirectory(prefix="mailbag-exim-") as name:
        folder, port = Path(name), private.free_port()
        folder.chmod(0o755)
        for it in ("spool", "log", "mail"):
            (folder / it).mkdir()
            shutil.chown(folder / it, _USER_ID, _USER_ID)
        config = folder / "exim.conf"
        config.write_text(_CONFIG.format(program=program, folder=folder, port=port, user=_USER))
        with private.running(
            [str(program), "-C", str(config), "-bdf"],
            port=port,
            log=folder / "said",
            binds=private.accounts(folder, {_USER: (_USER_ID, str(folder))}),
            environment={"LD_LIBRARY_PATH": unpacked.library_path()},
        ):
            yield Exim(folder, port)
