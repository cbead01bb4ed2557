"""What the desk shows of a real site's images."""

import re
from base64 import b64decode
from pathlib import Path

from pipeline.app.new_site import make_site
from pipeline.app.site import open_site
from pipeline.web.editor.desk import SiteDesk
from tests.cli.office import VALUES, Office
from tests.factories import TUESDAY
from tests.fakes import FakeClock
from tests.images import draw, put


def test_shows_the_images_themselves_and_keeps_nothing(tmp_path: Path, clock: FakeClock) -> None:
    make_site(tmp_path, today=TUESDAY, values=VALUES, sample=False)
    path = Office(tmp_path).write("the-long-meeting")
    path.write_text(f"{path.read_text()}\n![A cup](pictures/cup.png)\n")
    put(tmp_path, "content/pictures/cup.png")

    view = SiteDesk(open_site(tmp_path, clock=clock)).look()

    found = re.search(r'<img src="data:image/png;base64,([^"]+)" alt="A cup"', view.html)
    assert found
    assert b64decode(found[1]) == draw()
    assert 'src="https://news.example/images/' in view.source
    assert not (tmp_path / "public").exists()
