"""A real Postfix on loopback, from a private configuration, that keeps everything in a Maildir."""

import mailbox
import pwd
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.smtp.options import Kind
from tests.mtas import arrivals, private
from tests.outside import need

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.news.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
maillog_file = {folder}/data/postfix.log
maillog_file_prefixes = {folder}
virtual_mailbox_domains = static:all
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
virtual_transport = virtual
alias_maps =
local_recipient_maps =
not_the_gone = check_recipient_access regexp:{folder}/etc/readers
smtpd_recipient_restrictions = $not_the_gone, permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_delay_reject = no
message_size_limit = 10240000
smtpd_error_sleep_time = 0
"""

_READERS = "/^gone/ 550 5.1.1 there is no such reader\n"

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{tls_port} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
"""


@dataclass(frozen=True)
class Postfix:
    """Where it listens and where its mail lands."""

    folder: Path
    port: int
    #: Where it speaks TLS from the first byte, if it has a certificate.
    tls_port: int
    name: str = "Postfix"
    kind: Kind = Kind.SMTP

    @property
    def inbox(self) -> Path:
        return self.folder / "mail" / "inbox"

    def messages(self) -> list[bytes]:
        """Read every message that was delivered."""
        return [path.read_bytes() for path in sorted((self.inbox / "new").glob("*"))]

    def stored(self) -> Iterable[bytes]:
        return self.messages()

    @property
    def _queues(self) -> list[Path]:
        """In the order in which a message goes through them."""
        queues = ("maildrop", "incoming", "active", "deferred")
        return [self.folder / "queue" / it for it in queues]

    def is_idle(self) -> bool:
        return arrivals.is_without_files(*self._queues)

    def taken(self) -> int:
        """Count what is in the queue and in the inbox; what moves meanwhile counts twice."""
        places = [*self._queues, self.inbox / "new"]
        return sum(path.is_file() for place in places for path in place.rglob("*"))

    def wait_for(self, count: int) -> list[bytes]:
        """Wait until so many messages lie in the inbox: the queue is not instant."""
        arrivals.wait_until(
            lambda: len(self.messages()) >= count, f"fewer than {count} messages arrived"
        )
        return self.messages()

    def log(self) -> str:
        return (self.folder / "data" / "postfix.log").read_text(encoding="utf-8")


@contextmanager
def running(settings: Mapping[str, str] | None = None) -> Iterator[Postfix]:
    """Run a Postfix until the block ends; ``settings`` are of its ``main.cf``.

    It refuses readers whose name begins with ``gone``.
    Its folder is its own: pytest closes the folder of all its runs to everybody but root each time
    it starts, and Postfix's own user could not deliver into it any more.
    """
    program = need("postfix")
    with tempfile.TemporaryDirectory(prefix="mailbag-postfix-") as name:
        server = Postfix(Path(name), private.free_port(), private.free_port())
        _configure(server, settings or {})
        with private.running(
            [program, "-c", str(server.folder / "etc"), "start-fg"],
            port=server.port,
            log=server.folder / "said",
        ):
            yield server


def _configure(server: Postfix, settings: Mapping[str, str]) -> None:
    folder, owner = server.folder, pwd.getpwnam("postfix")
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    etc = folder / "etc"
    main = _MAIN.format(folder=folder, uid=owner.pw_uid, gid=owner.pw_gid)
    # The last word of a setting counts, and Postfix warns of the first.
    kept = [it for it in main.splitlines() if it.partition(" =")[0] not in settings]
    kept += [f"{key} = {value}" for key, value in settings.items()]
    (etc / "main.cf").write_text("\n".join(kept) + "\n")
    (etc / "master.cf").write_text(_MASTER.format(port=server.port, tls_port=server.tls_port))
    (etc / "readers").write_text(_READERS)
    folder.chmod(0o755)
    for name in ("data", "mail"):
        shutil.chown(folder / name, "postfix", "postfix")


def inbox(path: Path) -> mailbox.Maildir:
    """Open a Maildir with the standard library's reader."""
    return mailbox.Maildir(str(path))
