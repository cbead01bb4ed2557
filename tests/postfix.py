"""A real Postfix on loopback, from a private configuration, that keeps everything in a Maildir."""

import mailbox
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clock import SystemClock
from tests.outside import need, need_root

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
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_delay_reject = no
message_size_limit = 10240000
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
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

    port: int
    inbox: Path

    def messages(self) -> list[bytes]:
        """Read every message that was delivered."""
        return [path.read_bytes() for path in sorted((self.inbox / "new").glob("*"))]

    def wait_for(self, count: int, seconds: float = 20.0) -> list[bytes]:
        """Wait until so many messages lie in the inbox: the queue is not instant."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.messages()
            if len(found) >= count:
                return found
            SystemClock().sleep(0.05)
        raise AssertionError(f"{len(self.messages())} messages of {count} arrived")


@contextmanager
def running() -> Iterator[Postfix]:
    """Run a Postfix until the block ends.

    Its folder is its own: pytest closes the folder of all its runs to everybody but root each time
    it starts, and Postfix's own user could not deliver into it any more.
    """
    postfix = need("postfix")
    need_root("a private Postfix")
    with tempfile.TemporaryDirectory(prefix="mailbag-postfix-") as name:
        folder = Path(name)
        port = _configure(folder)
        _run(postfix, folder / "etc", "start")
        try:
            _wait_for_port(port)
            yield Postfix(port, folder / "mail" / "inbox")
        finally:
            _run(postfix, folder / "etc", "stop")


def _configure(folder: Path) -> int:
    owner = pwd.getpwnam("postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    etc = folder / "etc"
    (etc / "main.cf").write_text(_MAIN.format(folder=folder, uid=owner.pw_uid, gid=owner.pw_gid))
    (etc / "master.cf").write_text(_MASTER.format(port=port))
    folder.chmod(0o755)
    for name in ("data", "mail"):
        shutil.chown(folder / name, "postfix", "postfix")
    return port


def _run(postfix: str, etc: Path, verb: str) -> None:
    said = etc.parent / f"{verb}.txt"
    with said.open("wb") as file:
        # A file, not a pipe: the daemons keep it open, and nobody would see the end of a pipe.
        done = subprocess.run(  # noqa: S603 - a program of the system
            [postfix, "-c", str(etc), verb], stdout=file, stderr=file, timeout=60, check=False
        )
    if done.returncode and verb == "start":
        log = etc.parent / "data" / "postfix.log"
        more = log.read_text() if log.exists() else ""
        raise AssertionError(f"postfix {verb}: {said.read_text()}{more}")


def _wait_for_port(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        SystemClock().sleep(0.05)
    raise AssertionError("Postfix does not listen")


def inbox(path: Path) -> mailbox.Maildir:
    """Open a Maildir with the standard library's reader."""
    return mailbox.Maildir(str(path))
