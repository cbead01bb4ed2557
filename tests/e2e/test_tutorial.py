"""The tutorial, followed word for word, up to where a real relay is needed."""

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.clock import SystemClock
from pipeline.demo import free_port
from tests.e2e.newsroom import clean_environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
#: Those that go on until they are ended.
_SERVERS = ("python -m aiosmtpd", "mailbag serve", "mailbag preview")
_PATIENCE = 30.0
#: More than a command says on a terminal.
_SCREEN = 65_536


class Reader:
    """Somebody with a terminal, who does as the page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The usual ones may be taken.
        self._ports = {"1025": str(free_port()), "8080": str(free_port())}
        self._servers: list[subprocess.Popen[str]] = []
        self._environment = {**clean_environment(), "PYTHONPATH": str(ROOT)}
        #: What each command said.
        self.told: dict[str, str] = {}
        #: How many messages lie there after each command that lists them.
        self.rehearsed: list[int] = []

    def follow(self, text: str) -> None:
        """Do what a part of the page says, in its order."""
        for language, block in _BLOCK.findall(text):
            if language == "toml":
                self._set(block)
            elif language == "csv":
                (self.folder / "readers.csv").write_text(block)
            elif language == "markdown":
                (path,) = (self.folder / "content").glob("may-i-*.md")
                path.write_text(block)
                # The second one, "the same way".
                other = block.replace("water the plants by email", "eat at my desk")
                path.with_name("second.md").write_text(other.replace("plants", "sandwiches"))
            elif language == "sh":
                for line in block.splitlines():
                    self._run(line)

    def end(self) -> None:
        for server in self._servers:
            server.terminate()
            server.communicate(timeout=_PATIENCE)

    def _set(self, block: str) -> None:
        toml = self.folder / "newsletter.toml"
        text = toml.read_text()
        for line in self._here(block).splitlines():
            if key := re.match(r"\w+ = ", line):
                text, count = re.subn(rf"(?m)^{key[0]}.*$", line.replace("\\", ""), text, count=1)
                assert count == 1, line
        # What the page leaves as it is names the usual port of the public pages.
        toml.write_text(self._here(text))

    def _here(self, text: str) -> str:
        for usual, free in self._ports.items():
            text = re.sub(rf"\b{usual}\b", free, text)
        return text

    def _run(self, line: str) -> None:
        command = shlex.split(self._here(line))
        if command[0] == "cd":
            # Each terminal begins outside of the site.
            if self.folder.name != command[1]:
                self.folder /= command[1]
        elif command[0] == "ls":
            self.rehearsed.append(len(list((self.folder / command[1]).iterdir())))
        elif line.startswith(_SERVERS):
            self._serve(line, command)
        elif command[0] == "mailbag":
            self.told[line] = self._type(line, command[1:])

    def _type(self, line: str, arguments: list[str]) -> str:
        """Run a command in a terminal, and answer with the issue's number where it asks."""
        ours, terminal = os.openpty()
        try:
            os.write(ours, b"1\n")
            done = subprocess.run(  # noqa: S603 - ourselves
                [sys.executable, "-m", "pipeline", *arguments],
                cwd=self.folder,
                env=self._environment,
                stdin=terminal,
                stdout=subprocess.PIPE,
                stderr=terminal,
                text=True,
                timeout=_PATIENCE,
                check=False,
            )
            said = done.stdout + os.read(ours, _SCREEN).decode()
        finally:
            os.close(terminal)
            os.close(ours)
        assert done.returncode == 0, f"{line}\n{said}"
        return said

    def _serve(self, line: str, command: list[str]) -> None:
        module = ["pipeline", *command[1:]] if command[0] == "mailbag" else command[2:]
        server = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-u", "-m", *module],
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._servers.append(server)
        if command[0] == "mailbag":
            assert server.stdout is not None
            self.told[line] = server.stdout.readline()
        else:
            self._wait((self.folder / "rehearsal").is_dir)

    def _wait(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE
        while not until():
            assert time.monotonic() < end
            SystemClock().sleep(0.02)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path)
    yield found
    found.end()


def test_the_tutorial_holds_what_it_promises(reader: Reader) -> None:
    _, _, after = PAGE.partition("## 2. Make a site\n")
    rehearsal, _, _ = after.partition("## 9. Make it real\n")

    reader.follow(rehearsal)

    shown = next(block for _, block in _BLOCK.findall(rehearsal) if "link/private" in block)
    assert reader._here(shown) in reader.told["mailbag check"]
    assert "0 errors, 1 warning, 0 notes" in reader.told["mailbag check"]
    assert "http://" in reader.told["mailbag preview"]
    assert reader.told["mailbag deliveries 1"].count("accepted ") == 2
    # A test, then an issue for two readers, and nothing when it is sent once more.
    assert reader.rehearsed == [3, 3]
