"""A real mutt that reads a mailbox by IMAP, in a terminal of tmux: what a reader sees."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mtas import arrivals, private
from tests.mtas.dovecot import PASSWORD, Dovecot
from tests.outside import need

_WIDTH, _HEIGHT = 96, 60
_SETTINGS = """\
set folder = "imap://127.0.0.1:{port}/"
set spoolfile = "+INBOX"
set imap_user = "{reader}"
set imap_pass = "{password}"
set ssl_starttls = no
set ssl_force_tls = no
set certificate_file = ""
set header_cache = ""
set use_from = no
set mark_old = no
set help = no
ignore *
unignore from to subject date list-unsubscribe
hdr_order date from to subject list-unsubscribe
set index_format = "%Z %{{%b %d}} %-24.24L %s"
"""


@dataclass(frozen=True)
class Terminal:
    """A screen and a keyboard."""

    socket: Path

    def type(self, *keys: str) -> None:
        """Press keys; one with a name is called as tmux does."""
        self.command("send-keys", *keys)

    def screen(self) -> str:
        """Read what stands there now, without blanks at the ends."""
        return self.command("capture-pane", "-p").rstrip()

    def wait_for(self, text: str) -> str:
        """Wait until a text stands there, and read the whole screen."""
        try:
            arrivals.wait_until(lambda: text in self.screen(), "")
        except AssertionError:
            raise AssertionError(f"nothing shows {text!r}:\n{self.screen()}") from None
        return self.screen()

    def command(self, *words: str) -> str:
        done = subprocess.run(  # noqa: S603 - a program of the system
            [need("tmux"), "-S", str(self.socket), *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
        return done.stdout


@contextmanager
def reading(server: Dovecot, reader: str) -> Iterator[Terminal]:
    """Let a reader look into the mailbox until the block ends."""
    mutt, tmux = need("mutt"), need("tmux")
    with tempfile.TemporaryDirectory(prefix="mailbag-mutt-") as name:
        folder = Path(name)
        settings = _SETTINGS.format(port=server.imap_port, reader=reader, password=PASSWORD)
        (folder / "muttrc").write_text(settings)
        terminal = Terminal(folder / "terminal")
        environment = {"LC_ALL": "C.UTF-8", "HOME": name, "TERM": "screen"}
        with private.running(
            [tmux, "-D", "-S", str(terminal.socket), "-f", "/dev/null"],
            log=folder / "said",
            environment=environment,
        ):
            arrivals.wait_until(terminal.socket.is_socket, "tmux does not start")
            size = ("-x", str(_WIDTH), "-y", str(_HEIGHT))
            # -n: none of the system's settings.
            look = f"{mutt} -n -F {folder}/muttrc"
            terminal.command("new-session", "-d", *size, look)
            yield terminal
