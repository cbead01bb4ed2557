"""A small newsletter, made once and copied for each test."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.cron import READERS, TUESDAY, Cron, local
from tests.e2e.newsroom import Newsroom, addresses
from tests.fakes import FakeClock


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a newsletter once; a copy of its folder is another one."""
    made = Newsroom.make(tmp_path_factory.mktemp("template") / "site")
    made.set("kind", '"eml"', table="smtp")
    made.set("count", "1")
    for slug in ("tea", "rain", "stairs", "keys"):
        made.write_qa(slug)
    made.enlist(addresses(READERS))
    return made.folder


@pytest.fixture
def newsroom(tmp_path: Path, template: Path) -> Newsroom:
    return Newsroom(Path(shutil.copytree(template, tmp_path / "site")))


@pytest.fixture
def cron(newsroom: Newsroom) -> Iterator[Cron]:
    clock = FakeClock(local(TUESDAY - timedelta(days=1), 12))
    site = newsroom.site(clock)
    with site.open_store() as store:
        yield Cron(newsroom, site, store, clock)
