"""A newsletter in a folder of its own, worked on with the command ``mailbag`` as people do."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from pipeline.app.new_site import make_site
from pipeline.app.site import Site, open_site
from pipeline.clock import Clock
from tests.factories import SITE

#: No test waits longer for a command; the slowest takes a few seconds.
_PATIENCE_SECONDS = 90.0

_QA = """\
---
title: {title}
asked_by: A reader in Boston
asked_on: {asked_on}
answered_by: Jo Doe
topics: [{topic}]
status: {status}
bio: Jo Doe runs the night desk.
---
## Question

{question}

## Answer

{answer}
"""


def clean_environment() -> dict[str, str]:
    """Give what a login shell has, and nothing that steers Python or mailbag."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG")
    return {name: os.environ[name] for name in kept if name in os.environ}


@dataclass(frozen=True)
class Newsroom:
    """A site's folder."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, *, port: int = 1, **values: str) -> "Newsroom":
        """Make a site without content; ``values`` are those of ``newsletter.toml``."""
        filled = {**SITE, "port": str(port), **values}
        make_site(folder, today=date(2026, 3, 3), values=filled, sample=False)
        return cls(folder)

    # -- what people write

    def set(self, key: str, value: str, *, table: str = "") -> None:
        """Change one key of the toml, or add it to a table; ``value`` is TOML."""
        path = self.folder / "newsletter.toml"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        found = [number for number, line in enumerate(lines) if line.startswith(f"{key} = ")]
        if table:
            assert not found, f"{key} is there already"
            lines.insert(lines.index(f"[{table}]\n") + 1, "")
            found = [lines.index("")]
        assert len(found) == 1, f"{key} stands {len(found)} times in the toml"
        lines[found[0]] = f"{key} = {value}\n"
        path.write_text("".join(lines), encoding="utf-8")

    def write_qa(self, slug: str, **changes: str) -> Path:
        """Write a Q&A's file; by default one that may go out."""
        values = {
            "title": slug.replace("-", " ").capitalize(),
            "asked_on": "2026-01-02",
            "topic": slug,
            "status": "ready",
            "question": f"What do you say about {slug}?",
            "answer": f"About {slug}: *say* what you think.",
            **changes,
        }
        path = self.folder / "content" / f"{slug}.md"
        path.write_text(_QA.format_map(values), encoding="utf-8")
        return path

    def enlist(self, addresses: Iterable[str]) -> None:
        """Bring readers by a CSV file."""
        path = self.folder / "readers.csv"
        path.write_text("email,name\n" + "".join(f"{it},\n" for it in addresses), encoding="utf-8")
        self.mailbag("subscribers", "import", str(path))

    # -- what people type

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "pipeline", "--site", str(self.folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**clean_environment(), "MAILBAG_DEBUG": "1"},
        )

    def mailbag(self, *arguments: str, exits: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; it must leave with this exit code."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=_PATIENCE_SECONDS)
        done = subprocess.CompletedProcess(arguments, process.returncode, out, err)
        assert done.returncode == exits, f"{arguments}: {done.returncode}\n{out}\n{err}"
        return done

    def document(self, *arguments: str, exits: int = 0) -> dict[str, Any]:
        """Run a command with ``--json`` and read what it prints."""
        found = json.loads(self.mailbag(*arguments, "--json", exits=exits).stdout)
        assert isinstance(found, dict)
        return found

    # -- what is there

    def site(self, clock: Clock | None = None) -> Site:
        return open_site(self.folder, clock=clock)

    def states(self, number: int = 1) -> dict[str, str]:
        """Give each reader's state, as the ledger has it."""
        found = self.document("deliveries", str(number))["deliveries"]
        return {it["address"]: it["state"] for it in found}


def addresses(count: int) -> list[str]:
    """Make up so many readers, at a few mailbox providers."""
    return [f"reader-{n}@mail-{n % 3}.example" for n in range(1, count + 1)]


def read(data: bytes) -> EmailMessage:
    """Read a message with the standard library; what it finds wrong is an error."""
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects, part.defects
        for value in part.values():
            assert not getattr(value, "defects", ()), (value, value.defects)
    return message


def headers(message: EmailMessage) -> Mapping[str, str]:
    """Give the headers by name, in lower case, as plain text; no name may come twice."""
    names = [name.lower() for name in message.keys()]  # noqa: SIM118 - a message is no mapping
    ours = [name for name in names if name != "received"]
    assert len(ours) == len(set(ours)), "a header comes twice"
    return {name: str(message[name]) for name in ours}
