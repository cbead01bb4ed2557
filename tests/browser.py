"""A real Chromium without a window, steered through its debugging pipe.

It speaks JSON ended by NUL bytes on the descriptors 3 and 4 (``--remote-debugging-pipe``), so no
driver and no library is needed.
"""

import base64
import json
import os
import select
import struct
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from pipeline.clock import SystemClock
from tests.outside import need

_PATIENCE_SECONDS = 30.0

Pixel = tuple[int, int, int]


@dataclass(frozen=True)
class Picture:
    """A screenshot: the file's bytes, and its pixels row by row."""

    png: bytes
    width: int
    height: int
    rows: Sequence[bytes]

    @classmethod
    def read(cls, png: bytes) -> "Picture":
        """Read what Chromium writes: eight bits, RGB or RGBA, not interlaced."""
        width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
        assert (depth, interlaced) == (8, 0)
        channels = {2: 3, 6: 4}[colours]
        packed, at = b"", 8
        while at < len(png):
            (length,) = struct.unpack(">I", png[at : at + 4])
            if png[at + 4 : at + 8] == b"IDAT":
                packed += png[at + 8 : at + 8 + length]
            at += 12 + length
        rows = _unfiltered(zlib.decompress(packed), width * channels, channels)
        if channels == 4:
            rows = [b"".join(row[i : i + 3] for i in range(0, len(row), 4)) for row in rows]
        return cls(png, width, height, rows)

    def pixel(self, x: int, y: int) -> Pixel:
        red, green, blue = self.rows[y][3 * x : 3 * x + 3]
        return red, green, blue

    def colours(self) -> set[bytes]:
        return {row[i : i + 3] for row in self.rows for i in range(0, len(row), 3)}

    def brightness(self) -> float:
        """Give the mean of all channels, from 0 for black to 255 for white."""
        return sum(map(sum, self.rows)) / (3 * self.width * self.height)


def _unfiltered(data: bytes, length: int, step: int) -> list[bytes]:
    """Undo PNG's filters (PNG, section 9)."""
    rows: list[bytes] = []
    above = bytearray(length)
    for start in range(0, len(data), length + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for i in range(length if kind else 0):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            match kind:
                case 1:
                    guess = left
                case 2:
                    guess = above[i]
                case 3:
                    guess = (left + above[i]) // 2
                case _:
                    guess = _paeth(left, above[i], corner)
            row[i] = (row[i] + guess) & 255
        rows.append(bytes(row))
        above = row
    return rows


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda it: abs(guess - it))


class Page:
    """The one tab."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._numbers = count(1)
        self._pending = b""
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        number = next(self._numbers)
        order = {"id": number, "method": method, "params": parameters}
        if self._session:
            order["sessionId"] = self._session
        os.write(self._write, json.dumps(order).encode() + b"\0")
        while True:
            said = self._hear()
            if said.get("id") == number:
                assert "error" not in said, f"{method}: {said['error']}"
                result = said["result"]
                assert isinstance(result, dict)
                return result

    def look(self, url: str, *, width: int, height: int, dark: bool = False) -> None:
        """Open a page in a window of this size, and wait until nothing is missing from it."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 480,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        gone = self.call("Page.navigate", url=url)
        assert "errorText" not in gone, gone["errorText"]
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")

    def wait_for(self, expression: str) -> None:
        """Wait until JavaScript says so."""
        end = SystemClock().boot_time() + _PATIENCE_SECONDS
        while not self.ask(expression):
            assert SystemClock().boot_time() < end, f"in vain: {expression}"
            SystemClock().sleep(0.02)

    def ask(self, expression: str) -> Any:
        """Evaluate JavaScript in the page; a promise is waited for."""
        said = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def picture(self) -> Picture:
        """Take a screenshot of the window."""
        shot = self.call("Page.captureScreenshot", format="png")
        return Picture.read(base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End Chromium and wait until the last of its processes has let go of the pipe."""
        self._session = ""
        self.call("Browser.close")
        while os.read(self._read, 1 << 20):
            pass

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._pending:
            ready, _, _ = select.select([self._read], [], [], _PATIENCE_SECONDS)
            assert ready, "Chromium does not answer"
            data = os.read(self._read, 1 << 20)
            assert data, "Chromium went away"
            self._pending += data
        line, self._pending = self._pending.split(b"\0", 1)
        said = json.loads(line)
        assert isinstance(said, dict)
        return said


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """Run Chromium for the length of the block; it reaches nothing but this machine."""
    program = need("chromium")
    process = subprocess.Popen(  # noqa: S603 - a program of the system
        [
            # Its orders come on descriptor 3 and its answers on 4; ours are 0 and 1.
            *("/bin/sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null', "sh"),
            program,
            "--headless=new",
            "--no-sandbox",  # tests run as root in containers; the pages are our own
            "--disable-gpu",
            "--disable-lcd-text",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--no-first-run",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            page = Page(process.stdin.fileno(), process.stdout.fileno())
            yield page
            page.close()
            process.wait(_PATIENCE_SECONDS)
        finally:
            process.kill()
