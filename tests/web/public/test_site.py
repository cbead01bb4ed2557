from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.app.site import open_site
from pipeline.web.public.site import LedgerSite
from pipeline.workflow import revising
from tests.workflow.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office.make(tmp_path / "site")
    office.send_due()
    office.write_qas("one", "two", "three")
    office.enlist(1)
    yield office
    office.close()


def test_there_is_no_page_before_an_issue_is_frozen(office):
    assert LedgerSite(office.site, office.store).web_page(1) is None


def test_a_page_is_made_once(office):
    office.send_now()
    site = LedgerSite(office.site, office.store)

    first, second = site.web_page(1), site.web_page(1)

    assert first is not None
    assert '<link rel="canonical" href="https://news.example/issues/1">' in first
    assert first is second


def test_a_page_asks_search_engines_to_stay_away_unless_the_toml_says_otherwise(office):
    office.send_now()
    before = LedgerSite(office.site, office.store)
    assert not before.is_listed
    assert '<meta name="robots" content="noindex">' in (before.web_page(1) or "")

    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace("[web]\n", "[web]\nsearch_engines = true\n"))
    after = LedgerSite(open_site(office.folder), office.store)

    assert after.is_listed
    assert "noindex" not in (after.web_page(1) or "noindex")


def test_the_page_of_a_mended_issue_is_the_newest_and_says_so(office):
    office.pause_after_first()
    site = LedgerSite(office.site, office.store)
    before = site.web_page(1) or ""
    path = office.folder / "content" / "tea.md"
    path.write_text(path.read_text().replace("Yes, about tea too", "No, about coffee"))
    office.clock.advance(24 * 3600)
    revised = revising.prepare(office.shop, office.store, 1)
    revising.revise(office.shop, office.store, revised, None, now=office.now)

    after = site.web_page(1) or ""

    assert ("Yes, about tea too" in before, "Corrected" in before) == (True, False)
    assert "No, about coffee" in after
    assert 'Corrected on <time datetime="2026-03-04">March 4, 2026</time>' in after
