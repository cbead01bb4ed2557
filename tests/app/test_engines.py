"""Who hands messages over."""

import sys

import pytest

from pipeline.app import engines
from pipeline.app.new_site import make_site
from pipeline.app.site import Site, open_site
from pipeline.errors import ConfigError
from tests.factories import SITE, TUESDAY


@pytest.fixture
def site(tmp_path) -> Site:
    make_site(tmp_path / "site", today=TUESDAY, values=SITE, sample=False)
    path = tmp_path / "site" / "newsletter.toml"
    path.write_text(path.read_text() + '\n[engine]\nkind = "procrastinate"\n')
    path.write_text(path.read_text().replace("sqlite:///mailbag.db", "postgresql://u@h/db"))
    return open_site(tmp_path / "site")


def test_an_engine_that_is_not_installed_is_told_with_the_command(site, monkeypatch):
    monkeypatch.setitem(sys.modules, "procrastinate", None)

    with pytest.raises(ConfigError) as caught:
        engines.check(site)

    assert str(caught.value).endswith(
        ": workers need Procrastinate, which is not installed here; pip install 'mailbag[postgres]'"
    )
    assert caught.value.place.startswith("newsletter.toml:")


def test_an_engine_that_is_installed_is_no_trouble(site):
    engines.check(site)

    assert engines.has_workers(site)
