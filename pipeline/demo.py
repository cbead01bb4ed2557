"""Edge: the sample newsletter, and a mail server on loopback that keeps what it is sent."""

import mailbox
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from pipeline import shipped
from pipeline.app.new_site import make_site

_HOST = "127.0.0.1"

#: Domains that end in .example belong to nobody (RFC 2606), so nothing can leave this machine.
_VALUES = {
    "title": "The Corner Office",
    "from": "The Corner Office <letters@news.example>",
    "reply_to": "questions@news.example",
    "list_id": "corner-office.news.example",
    "base_url": "https://news.example",
    "timezone": "America/New_York",
    "postal_address": "1 Main Street, Springfield",
    "verify_links": "false",
    # Nobody serves news.example, so that a mail must hold what it shows.
    "images": "attached",
    "host": _HOST,
}


def free_port() -> int:
    """Find a port nobody listens on; the mail server cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def make_sample_site(folder: Path, *, today: date, port: int) -> tuple[Path, Path]:
    """Make the sample newsletter's site; give its raw column and its list of readers."""
    make_site(folder, today=today, values={**_VALUES, "port": str(port)}, sample=False)
    source = shipped.content()
    for path in source.glob("*.md"):
        shutil.copyfile(path, folder / "content" / path.name)
    shutil.copytree(source / "pictures", folder / "content" / "pictures")
    column = next((source / "columns").glob("_*.txt"))
    return column, source / "subscribers.csv"


@contextmanager
def mail_server(maildir: Path, port: int) -> Iterator[mailbox.Maildir]:
    """Run a mail server on loopback that keeps each message in a Maildir."""
    controller = Controller(Mailbox(maildir), hostname=_HOST, port=port)
    controller.start()
    try:
        yield mailbox.Maildir(str(maildir))
    finally:
        controller.stop()
