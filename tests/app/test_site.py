"""A site's keys, theme and inputs."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import shipped
from pipeline.app.site import Site, open_site
from pipeline.audience import keys
from pipeline.errors import ConfigError, DatabaseError, SecretKeyError
from tests.factories import NOON, make_issue
from tests.workflow.office import Office


def check(office: Office) -> None:
    """Look at the keys as ``send``, ``subscribers import`` and ``serve`` do, in a new process."""
    site = open_site(office.folder)
    with site.open_store() as store:
        site.check_keys(store)


def token_key(office: Office) -> Path:
    return office.folder / ".secrets" / "token.key"


def suppression_key(office: Office) -> Path:
    return office.folder / ".secrets" / "suppression.key"


def replace_key(path: Path) -> None:
    path.unlink()
    keys.make_key(path)


def rotate(office: Office, *, keep: bool) -> None:
    """Put a new token key in the place of the old one, which is kept if need be."""
    token_key(office).rename(office.folder / ".secrets" / "old.key")
    keys.make_key(token_key(office))
    toml = office.folder / "newsletter.toml"
    if keep:
        toml.write_text(toml.read_text() + '\n[keys]\nold_token_files = [".secrets/old.key"]\n')


@pytest.mark.parametrize("is_empty", [False, True], ids=["gone", "empty"])
def test_ledger_that_is_gone_is_not_made_anew(office: Office, *, is_empty: bool) -> None:
    check(office)
    for path in office.folder.glob("mailbag.db*"):
        path.unlink()
    if is_empty:
        (office.folder / "mailbag.db").touch()

    with pytest.raises(DatabaseError, match="the ledger of this site is gone"):
        check(office)


def test_ledger_is_made_anew_when_an_operator_says_so(office: Office) -> None:
    check(office)
    for path in office.folder.glob("mailbag.db*"):
        path.unlink()
    (office.folder / ".secrets" / "ledger-made").unlink()

    check(office)

    assert (office.folder / "mailbag.db").exists()


def test_keys_are_the_same_each_time(office: Office) -> None:
    check(office)

    check(office)


@pytest.mark.parametrize("name", ["token.key", "suppression.key"])
def test_missing_key_is_refused_and_none_is_made(office: Office, name: str) -> None:
    check(office)
    (office.folder / ".secrets" / name).unlink()

    with pytest.raises(SecretKeyError, match="the key is missing") as caught:
        check(office)

    assert caught.value.exit == 5
    assert not (office.folder / ".secrets" / name).exists()


@pytest.mark.parametrize("name", ["token.key", "suppression.key"])
def test_key_that_others_can_read_is_refused(office: Office, name: str) -> None:
    path = office.folder / ".secrets" / name
    path.chmod(0o640)

    with pytest.raises(SecretKeyError, match="others can read the key") as caught:
        check(office)

    assert caught.value.remedy == f"run: chmod 600 {path}"


def test_replaced_suppression_key_is_refused(office: Office) -> None:
    check(office)
    replace_key(suppression_key(office))

    with pytest.raises(SecretKeyError, match="the key suppression is not the one"):
        check(office)


def test_replaced_token_key_is_refused(office: Office) -> None:
    check(office)
    rotate(office, keep=False)

    with pytest.raises(SecretKeyError, match="the key token is not the one"):
        check(office)


def test_rotated_token_key_is_taken_and_stays(office: Office) -> None:
    check(office)
    before = open_site(office.folder).token_keys.mint(7)
    rotate(office, keep=True)

    check(office)
    check(office)

    site = open_site(office.folder)
    assert site.token_keys.read(before) == 7
    assert site.token_keys.mint(7) != before


def test_rotated_key_does_not_go_back_unsaid(office: Office) -> None:
    check(office)
    rotate(office, keep=True)
    check(office)
    (office.folder / ".secrets" / "old.key").replace(token_key(office))
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().partition("\n[keys]")[0])

    with pytest.raises(SecretKeyError, match="the key token is not the one"):
        check(office)


def test_unknown_theme_names_those_there_are(office: Office) -> None:
    office.configure("theme", '"modern"')

    with pytest.raises(ConfigError, match="there is no theme 'modern'") as caught:
        _ = office.site.theme_path

    assert "classic" in caught.value.remedy


def test_theme_of_the_sites_own_needs_no_shipped_one(office: Office) -> None:
    (office.folder / "templates" / "modern").mkdir(parents=True)
    office.configure("theme", '"modern"')

    assert office.site.theme_path[0] == office.folder / "templates" / "modern"
    assert office.site.theme_path[-1] == shipped.shared_templates()


def test_what_themes_share_is_no_theme(office: Office) -> None:
    office.configure("theme", '"shared"')

    with pytest.raises(ConfigError, match="there is no theme 'shared'") as caught:
        _ = office.site.theme_path

    assert caught.value.remedy.startswith("known are classic")


def test_template_that_comes_while_a_process_runs_is_used(office: Office) -> None:
    issue = make_issue()
    before = office.shop.renderer().render(issue, nonce="ab" * 16)
    theme = office.folder / "templates" / "classic"
    theme.mkdir(parents=True)
    (theme / "issue.txt").write_text(_own_text(office.site))

    after = office.shop.renderer().render(issue, nonce="ab" * 16)

    assert "Printed on nothing." in after.text.constant()
    assert before.html == after.html


def test_same_renderer_serves_as_long_as_nothing_changes(office: Office) -> None:
    assert office.shop.renderer() is office.shop.renderer()


def test_link_that_leads_nowhere_is_no_template(office: Office) -> None:
    (office.folder / "templates").mkdir()
    path = office.folder / "templates" / "issue.txt"
    path.symlink_to("issue.txt")

    assert "templates/issue.txt" not in office.shop.render_inputs()


def _own_text(site: Site) -> str:
    shipped = next(folder for folder in site.theme_path if (folder / "issue.txt").is_file())
    return f"{(shipped / 'issue.txt').read_text()}\nPrinted on nothing.\n"


@pytest.mark.parametrize(
    ("expire", "hours"),
    [
        pytest.param("72h", 72, id="its-own-time"),
        # From Tuesday at ten in New York to the next at nine; the clocks go forward between.
        pytest.param("30d", 7 * 24 - 2, id="the-next-issue"),
    ],
)
def test_a_reader_is_given_up_before_the_next_issue_at_the_latest(office: Office, expire, hours):
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text().replace('expire = "72h"', f'expire = "{expire}"'))
    site = open_site(office.folder, clock=office.clock)
    begun = NOON + timedelta(hours=3)

    assert site.workshop.expire_after(begun) - begun == timedelta(hours=hours)
