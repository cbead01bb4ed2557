"""A newsletter in a folder, driven by its commands, and a mail server on loopback."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Smtp

from pipeline.app.new_site import toml_text
from pipeline.cli.main import main
from pipeline.demo import free_port

VALUES = {
    "title": "The Corner Office",
    "from": "The Corner Office <letters@news.example>",
    "reply_to": "questions@news.example",
    "list_id": "corner-office.news.example",
    "base_url": "https://news.example",
    "postal_address": "1 Main Street, Springfield",
    "verify_links": "false",
    "host": "127.0.0.1",
}

#: What steers a terminal: controls but tab and line feed.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The refusal that ``--json`` prints, held to what stderr says."""
        document = self.document
        assert list(document) == ["error"]
        error: dict[str, Any] = document["error"]
        assert list(error) == ["exit", "place", "message", "remedy"]
        assert error["exit"] == self.code
        assert error["message"] in self.err
        return error


@dataclass
class Relay:
    """A mail server that answers as it is told, by recipient."""

    port: int = field(default_factory=free_port)
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    #: What it says to a message it takes.
    says: str = "250 2.0.0 taken"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Smtp, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 2.1.5 yes")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Smtp, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken += [(address, envelope.content) for address in envelope.rcpt_tos]
        return self.says

    @property
    def readers(self) -> list[str]:
        return sorted(address for address, _ in self.taken)

    @contextlib.contextmanager
    def running(self) -> Iterator["Relay"]:
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()


@dataclass
class Office:
    """A site, and a person at its commands."""

    folder: Path

    def __call__(self, *words: str) -> Told:
        """Run a command in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        code: Any = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(["--site", str(self.folder), *words])
            except SystemExit as left:
                code = left.code
        texts = []
        for stream in (out, err):
            stream.flush()
            assert isinstance(stream.buffer, io.BytesIO)
            texts.append(stream.buffer.getvalue().decode())
        assert isinstance(code, int)
        return Told(code, *texts)

    def process(self, *words: str, **settings: Any) -> "subprocess.Popen[str]":
        """Begin a command in a process of its own."""
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "pipeline", "--site", str(self.folder), *words],
            text=True,
            errors="backslashreplace",
            env={**os.environ, **settings.pop("env", {})},
            **settings,
        )

    def set(self, **changes: str) -> None:
        """Write the toml anew."""
        (self.folder / "newsletter.toml").write_text(toml_text({**VALUES, **changes}))

    def edit(self, before: str, after: str) -> None:
        """Change the toml where ``before`` stands."""
        path = self.folder / "newsletter.toml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def append(self, table: str) -> None:
        """Put a table at the end of the toml."""
        path = self.folder / "newsletter.toml"
        path.write_text(f"{path.read_text().rstrip()}\n\n{table}")

    def write(self, slug: str, *, status: str = "ready", title: str = "", day: int = 1) -> Path:
        """Write a Q&A."""
        path = self.folder / "content" / f"{slug}.md"
        path.write_text(
            f"---\ntitle: {title or slug.replace('-', ' ').capitalize()}\n"
            f"asked_on: 2026-01-{day:02}\nanswered_by: Jo Doe\nstatus: {status}\n---\n"
            f"## Question\n\nMust I stay to the end of {slug}?\n\n"
            "## Answer\n\nNo. Say when you have to go, and *go*.\n"
        )
        return path

    def read_in(self, *addresses: str) -> None:
        """Put readers on the list."""
        path = self.folder / "readers.csv"
        path.write_text("email\n" + "".join(f"{address}\n" for address in addresses))
        assert self("subscribers", "import", str(path)).code == 0
        path.unlink()

    def files(self) -> dict[str, bytes]:
        """Give every file but the ledger's and the cache's, to see that nothing changed."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith("mailbag.db")
            if ".cache" not in path.parts
        }
