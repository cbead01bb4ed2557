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
from tests.workflow.office import Office as Desk


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


def test_shows_a_paused_issue_as_it_would_be_revised(tmp_path: Path) -> None:
    office = Desk.make(tmp_path / "site")
    office.send_due()
    office.pause_after_first()
    in_force = office.store.issues.get(1).sha256
    path = office.folder / "content" / "tea.md"
    path.write_text(path.read_text().replace("Yes, about tea too", "No, about coffee"))
    office.close()

    view = SiteDesk(office.site, 1).look()

    assert (view.number, view.error, view.is_revision) == (1, None, True)
    assert "No, about coffee" in view.html
    assert "Corrected on" in view.web
    assert view.approved_sha256 == in_force != view.sha256


def test_says_why_there_is_no_revision_to_show(tmp_path: Path) -> None:
    office = Desk.make(tmp_path / "site")
    office.write_qas("tea")
    office.enlist()
    office.send_due()
    office.send_now()
    office.close()

    assert "only a paused one is revised" in (SiteDesk(office.site, 1).look().error or "")
