"""A real Dovecot on loopback, from a private configuration: LMTP in, IMAP out, and logins."""

import imaplib
import pwd
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.delivery.smtp.options import Kind
from tests.mtas import arrivals, private
from tests.outside import need

PASSWORD = "correct horse"  # noqa: S105 - of nobody
#: The local parts that it knows, at any domain.
READERS = ("reader", *(f"reader-{number}" for number in range(1, 61)))

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:~/Maildir
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = username_format=%n {folder}/readers
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {folder}/readers
  override_fields = home={folder}/mail/%Lu
}}
service imap-login {{
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {port}
  }}
}}
service auth {{
  inet_listener {{
    port = {auth_port}
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running one."""

    folder: Path
    #: Where it takes messages.
    port: int
    imap_port: int
    #: Where another server asks whether a password is right.
    auth_port: int
    name: str = "Dovecot"
    kind: Kind = Kind.LMTP

    def is_idle(self) -> bool:
        """It has no queue: what it took lies in the mailbox."""
        return True

    def stored(self) -> Iterable[bytes]:
        return arrivals.in_maildirs(self.folder / "mail")

    def fetch(self, reader: str) -> list[bytes]:
        """Read a reader's mailbox by IMAP; it stays unread."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=30) as client:
            client.login(reader, PASSWORD)
            client.select(readonly=True)
            _, (numbers,) = client.search(None, "ALL")
            found = [client.fetch(it.decode(), "(BODY.PEEK[])")[1][0] for it in numbers.split()]
        return [it[1] for it in found if isinstance(it, tuple)]


@contextmanager
def running() -> Iterator[Dovecot]:
    """Run a Dovecot until the block ends; it refuses whom it does not know."""
    program = need("dovecot")
    with tempfile.TemporaryDirectory(prefix="mailbag-dovecot-") as name:
        folder = Path(name)
        ports = [private.free_port() for _ in range(3)]
        port, imap_port, auth_port = ports
        folder.chmod(0o755)
        for it in ("run", "state", "mail"):
            (folder / it).mkdir()
        shutil.chown(folder / "mail", "dovecot", "dovecot")
        owner = pwd.getpwnam("dovecot")
        line = "{reader}:{{PLAIN}}{password}:{uid}:{gid}::::\n"
        (folder / "readers").write_text(
            "".join(
                line.format(
                    reader=reader,
                    password=PASSWORD,
                    uid=owner.pw_uid,
                    gid=owner.pw_gid,
                )
                for reader in READERS
            )
        )
        config = folder / "dovecot.conf"
        config.write_text(
            _CONFIG.format(folder=folder, port=port, imap_port=imap_port, auth_port=auth_port)
        )
        with private.running([program, "-F", "-c", str(config)], port=port, log=folder / "said"):
            for one in (imap_port, auth_port):
                private.wait_for_port(one, folder / "log")
            yield Dovecot(folder, port, imap_port, auth_port)
