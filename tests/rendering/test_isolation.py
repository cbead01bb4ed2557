"""Rendering opens no connection, and no file but its templates."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).parents[2]

#: Renders a hostile issue twice; tells what both times open. An audit hook stays for good, so it
#: needs a process of its own.
CODE = """
import json, sys
from pathlib import Path

times, stage = {"first": [], "second": []}, "first"
def note(event, arguments):
    if stage and event.split(".")[0] in {"open", "socket", "subprocess", "os", "urllib", "http"}:
        times[stage].append([event, str(arguments[0]) if arguments else ""])
sys.addaudithook(note)

from pipeline.content.images import ImageShelf
from pipeline.rendering.renderer import Renderer
from tests.images import put
from tests.factories import make_issue
from tests.rendering.letters import NONCE, OPTIONS, THEME_PATH, make_letter

site, server = Path(sys.argv[1]), sys.argv[2]
text = f'''<link rel=stylesheet href="{server}/x.css">
<style>@import "{server}/y.css";</style> [x](file:///etc/hostname) {{% include "/etc/passwd" %}}'''
issue = make_issue(qas=(make_letter(text, text, title=text),), intro=text + " ![x](map.png)")
put(site, "content/map.png")
find = ImageShelf(site).find
(site / "ask.mjml").write_text(f'''<mj-raw>
<link rel="stylesheet" href="{server}/z.css" />
<link rel="stylesheet" href="/etc/hostname" />
<style>@import url("{server}/import.css"); @import "file:///etc/hostname";</style>
<style>@import url(//{server.partition("//")[2]}/bare.css); .a {{ background: url({server}/b); }}
@font-face {{ font-family: x; src: url({server}/font.woff); }}</style>
</mj-raw>
<mj-section background-url="{server}/ground.png"><mj-column>
<mj-image src="{server}/i.png" alt="" />
<mj-text font-family="Ubuntu">Ubuntu</mj-text>
</mj-column></mj-section>''')
renderer = Renderer([site, *THEME_PATH], OPTIONS, find)
renderer.render(issue, nonce=NONCE)
stage = "second"
renderer.render(issue, nonce="f" * 32)
Renderer([site, *THEME_PATH], OPTIONS, find).render(issue, nonce="e" * 32)
stage = ""
print(json.dumps(times))
"""


@contextmanager
def silent_server() -> Iterator[tuple[str, socket.socket]]:
    """A server that the kernel connects everybody to, and that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield f"http://127.0.0.1:{server.getsockname()[1]}", server


def connections(server: socket.socket) -> int:
    """Count those that have connected so far."""
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_opens_nothing_but_templates_and_asks_no_server(tmp_path):
    with silent_server() as (address, server):
        told = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", CODE, str(tmp_path), address],
            cwd=HOME,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        asked = connections(server)
    times = json.loads(told.stdout)

    # The theme, and the site's templates and images; the first time imports what it needs, too.
    allowed = (str(tmp_path), str(HOME / "templates"))
    assert [e for e in times["second"] if e[0] != "open" or not e[1].startswith(allowed)] == []
    assert [e for e in times["first"] if e[0].startswith(("socket", "urllib", "http"))] == []
    assert times["second"]
    assert asked == 0
    assert told.stderr == ""


def test_the_server_of_the_test_would_be_noticed(tmp_path):
    with silent_server() as (_, server):
        with socket.create_connection(server.getsockname()):
            pass

        assert connections(server) == 1
