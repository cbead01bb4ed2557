"""Rendering opens no connection, and no file but its templates."""

import json
import subprocess
import sys
from pathlib import Path

#: Renders a hostile issue twice; notes what the second time opens. An audit hook stays for good,
#: so it needs a process of its own.
CODE = """
import json, sys
from pathlib import Path
from pipeline.content.images import ImageShelf
from pipeline.rendering.renderer import Renderer
from tests.images import put
from tests.factories import make_issue
from tests.rendering.letters import NONCE, OPTIONS, THEME_PATH, make_letter

text = '''<link rel=stylesheet href="http://127.0.0.1:9/x.css"> ![x](http://127.0.0.1:9/i.png)
<style>@import "http://127.0.0.1:9/y.css";</style> [x](file:///etc/hostname)'''
issue = make_issue(qas=(make_letter(text, text),), intro=text + " ![x](map.png)")
site = Path(sys.argv[1])
put(site, "content/map.png")
find = ImageShelf(site).find
(site / "ask.mjml").write_text('''<mj-raw>
<link rel="stylesheet" href="http://127.0.0.1:9/z.css" />
<style>@import url("http://127.0.0.1:9/import.css"); @import "file:///etc/hostname";</style>
</mj-raw>''')
Renderer([site, *THEME_PATH], OPTIONS, find).render(issue, nonce=NONCE)

watching, seen = True, []
def note(event, arguments):
    if watching and event.split(".")[0] in {"open", "socket", "subprocess", "os", "urllib", "http"}:
        seen.append([event, str(arguments[0]) if arguments else ""])
sys.addaudithook(note)
Renderer([site, *THEME_PATH], OPTIONS, find).render(issue, nonce="f" * 32)
watching = False
print(json.dumps(seen))
"""


def test_opens_nothing_but_templates(tmp_path):
    home = Path(__file__).parents[2]

    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", CODE, str(tmp_path)],
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(told.stdout)

    allowed = (str(tmp_path), str(home / "templates"))
    assert [event for event in seen if event[0] != "open" or not event[1].startswith(allowed)] == []
    assert seen
    assert told.stderr == ""
