"""The manual that comes with the program, and the files of the theme."""

import pytest

from pipeline import shipped
from pipeline.app import manual
from pipeline.model import finding_ids
from tests.cli.office import Office


def words(table: str) -> list[str]:
    """Give the lines of a table, with one blank between its cells."""
    return [" ".join(line.split()) for line in table.splitlines()]


def test_the_manual_lists_its_pages(office: Office):
    told = office("manual")

    assert told.code == 0
    pages = words(told.out)
    assert pages[0] == "tutorial Your first newsletter"
    assert {"change-the-look Change the look", "findings Findings"} <= {*pages}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("exit-codes", "Exit codes"),
        ("change-the-look", "Change the look"),
        ("tutorial", "Your first newsletter"),
    ],
)
def test_the_manual_shows_a_page(office: Office, name: str, title: str):
    told = office("manual", name)

    assert told.code == 0
    assert told.out.startswith(f"# {title}\n")


def test_no_two_pages_of_the_manual_have_one_name():
    assert len(manual.pages()) == len(shipped.manual())


@pytest.mark.parametrize("name", [*finding_ids.IDS, "client-support/css-border-radius"])
def test_the_manual_tells_of_every_finding(name):
    first, *rest = manual.look_up(name).split("\n\n")

    assert first == name
    assert "".join(rest).strip()
    assert not any(line.startswith("#") for part in rest for line in part.split("\n"))


def test_check_names_the_command_that_tells_of_a_finding(office: Office):
    path = office.write("the-long-meeting")
    path.write_text(f"{path.read_text()}\nSee [the chart](https://bit.ly/chart).\n")

    last = office("check").out.rstrip("\n").split("\n")[-1]
    name = last.rpartition("mailbag manual ")[2].rstrip("`")
    told = office("manual", name)

    assert name in finding_ids.IDS
    assert told.code == 0
    assert told.out.startswith(f"{name}\n")


@pytest.mark.parametrize(("name", "near"), [("image/hevy", "image/heavy"), ("exit-code", "exit-")])
def test_the_manual_knows_what_was_meant(office: Office, name: str, near: str):
    told = office("manual", name)

    assert told.code == 2
    assert f"did you mean {near}" in told.err


def test_a_file_of_the_theme_is_copied_and_found_first(office: Office):
    before = office("template")
    told = office("template", "footer.mjml")
    after = office("template")
    path = office.folder / "templates" / "footer.mjml"

    assert told.out == "templates/footer.mjml\n"
    assert path.read_text(encoding="utf-8").strip()
    assert "footer.mjml classic" in words(before.out)
    assert "footer.mjml templates/footer.mjml" in words(after.out)
    assert "issue.txt shared" in words(after.out)
    assert {"name": "footer.mjml", "from": "templates/footer.mjml"} in office(
        "template", "--json"
    ).document["files"]
    assert office("build", "--out", str(office.folder / "out")).code == 0


def test_a_file_of_the_site_is_not_written_over(office: Office):
    path = office.folder / "templates" / "classic" / "footer.mjml"
    path.parent.mkdir(parents=True)
    path.write_text("mine")

    told = office("template", "footer.mjml")

    assert told.code == 2
    assert "templates/classic/footer.mjml: the site has this file already" in told.err
    assert path.read_text() == "mine"
    assert not (office.folder / "templates" / "footer.mjml").exists()


@pytest.mark.parametrize("name", ["foot.mjml", "../footer.mjml", "/etc/passwd", ""])
def test_only_a_file_of_the_theme_is_copied(office: Office, name: str):
    told = office("template", name)

    assert told.code == 2
    assert "the theme 'classic' has no file" in told.err
