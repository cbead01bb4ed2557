"""A new site's folder."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from pipeline.app import new_site
from pipeline.app.new_site import make_site
from pipeline.app.site import open_site
from pipeline.config.reading import read
from pipeline.errors import ConfigError, SecretKeyError

TODAY = date(2026, 3, 3)


def test_new_site_can_be_read_and_says_what_is_to_be_decided(tmp_path: Path) -> None:
    made = make_site(tmp_path / "site", today=TODAY)

    assert made.made == (
        ".gitignore",
        ".secrets/suppression.key",
        ".secrets/token.key",
        "content/your-first-question.md",
        "newsletter.toml",
    )
    assert len(read(tmp_path / "site").placeholders) >= 5


def test_keys_are_private_and_unlike(tmp_path: Path) -> None:
    make_site(tmp_path, today=TODAY)

    keys = [tmp_path / ".secrets" / name for name in ("token.key", "suppression.key")]
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600, 0o600]
    assert (tmp_path / ".secrets").stat().st_mode & 0o777 == 0o700
    assert keys[0].read_text() != keys[1].read_text()


def test_secrets_and_ledger_are_kept_out_of_git(tmp_path: Path) -> None:
    make_site(tmp_path, today=TODAY)

    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert {".secrets/", "mailbag.db*", "outbox/", ".cache/"} <= set(lines)


def test_site_that_is_there_is_left_alone(tmp_path: Path) -> None:
    make_site(tmp_path, today=TODAY)
    before = (tmp_path / "newsletter.toml").read_bytes()

    with pytest.raises(ConfigError, match="there is a newsletter already"):
        make_site(tmp_path, today=TODAY)

    assert (tmp_path / "newsletter.toml").read_bytes() == before


def test_what_was_there_before_stays_and_is_not_counted_as_made(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "mine.md").write_text("mine")
    (tmp_path / ".gitignore").write_text("mine")

    made = make_site(tmp_path, today=TODAY)

    assert made.made == (".secrets/suppression.key", ".secrets/token.key", "newsletter.toml")
    assert (tmp_path / ".gitignore").read_text() == "mine"


def test_no_key_is_made_for_a_ledger_that_knows_one(tmp_path: Path) -> None:
    make_site(tmp_path, today=TODAY)
    open_site(tmp_path).open_store().close()
    (tmp_path / "newsletter.toml").unlink()
    (tmp_path / ".secrets" / "suppression.key").unlink()

    with pytest.raises(SecretKeyError, match="knows a key that is not") as caught:
        make_site(tmp_path, today=TODAY)

    assert caught.value.exit == 5
    assert not (tmp_path / ".secrets" / "suppression.key").exists()


def test_file_in_the_way_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a file")

    with pytest.raises(ConfigError, match="is no folder"):
        make_site(tmp_path / "site", today=TODAY)


def test_values_are_quoted(tmp_path: Path) -> None:
    text = new_site.toml_text({"title": 'The "Corner" \\ Office'})

    assert tomllib.loads(text)["newsletter"]["title"] == 'The "Corner" \\ Office'


def test_cron_line_is_safe_for_crontab(tmp_path: Path) -> None:
    line = new_site.cron_line(tmp_path / "100 % letters")

    assert line.startswith("*/5 * * * * /")
    assert r"100 \% letters'" in line
    assert line.endswith(" send --due")
