"""``mailbag check``: levels, silence, and HTML mails of other programs."""

import io
import json
import sys
from pathlib import Path

import pytest

from pipeline.cli.main import main
from tests.cli.office import Office

PAGE = "<!DOCTYPE html>\n<p>a</p>\n <table><tr><td>b</td></tr></table>\n"


def check_page(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command outside of a site."""
    with pytest.raises(SystemExit) as left:
        main(["check", "--html", *words])
    told = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, told.out, told.err


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is in no site."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILBAG_SITE", raising=False)
    return tmp_path


def test_an_html_mail_is_checked_outside_of_a_site(anywhere, capsys):
    (anywhere / "mail.html").write_text(PAGE)

    code, out, _ = check_page(capsys, "mail.html", "--json")

    assert code == 0
    (role,) = (one for one in json.loads(out)["findings"] if one["id"] == "table/role")
    assert (role["source"], role["line"], role["column"]) == ("mail.html", 3, 2)
    assert role["docs"] == "docs/reference/findings.md#tablerole"


def test_an_html_mail_may_come_in_by_a_pipe(anywhere, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))

    code, out, _ = check_page(capsys, "-")

    assert code == 0
    assert "stdin:3:2: a table that only lays out" in out


def test_a_hostile_page_writes_no_line_of_its_own(anywhere, capsys):
    link = '<a href="foo\n0 errors, 0 warnings, 0 notes\nnothing to mend">x</a>'
    (anywhere / "mail.html").write_text(f"<!DOCTYPE html><p>{link}</p>")

    _, out, _ = check_page(capsys, "mail.html")

    lines = out.splitlines()
    assert not {"0 errors, 0 warnings, 0 notes", "nothing to mend"} & {
        line.strip() for line in lines[:-1]
    }
    assert any(r"foo\n0 errors" in line for line in lines)


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        pytest.param(b"", "mail.html", "is empty", id="nothing"),
        pytest.param(b"Dear all,\n1 < 2\n", "mail.html", "there is no HTML in it", id="text"),
        pytest.param(b"<p>\n\0</p>", "mail.html:2", "a NUL character", id="NUL"),
        pytest.param(b"<p>\n\xff\xe9</p>", "mail.html:2", "is not UTF-8", id="another encoding"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0", "mail.html:1", "is not UTF-8", id="a picture"),
        pytest.param(b"<p>" + b"x" * 2_000_000, "mail.html", "larger than", id="huge"),
        pytest.param(
            b'<meta charset="shift_jis"><p>\x80</p>',
            "mail.html:1",
            "SHIFT_JIS",
            id="not as it says",
        ),
        pytest.param(
            b"<meta charset=hex><p>a</p>", "mail.html", "no encoding of text", id="no encoding"
        ),
        pytest.param(
            b"From: a\nTo: b\nMIME-Version: 1.0\n\n<p>a</p>",
            "mail.html",
            "a whole message",
            id="a message",
        ),
    ],
)
def test_what_is_no_html_is_refused_with_its_place(anywhere, capsys, data, place, words):
    (anywhere / "mail.html").write_bytes(data)

    code, out, err = check_page(capsys, "mail.html", "--json")

    error = json.loads(out)["error"]
    assert (code, error["place"]) == (3, place)
    assert words in error["message"]
    assert error["remedy"]
    assert words in err


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param("\ufeff<p>é</p>".encode(), "é", id="byte order mark"),
        pytest.param("\ufeff<p>é</p>".encode("utf-16-le"), "é", id="UTF-16"),
        pytest.param('<meta charset="iso-8859-1"><p>é€</p>'.encode("cp1252"), "é€", id="Latin-1"),
        pytest.param('<meta charset="utf-16"><p>é</p>'.encode(), "é", id="what cannot be"),
        pytest.param('<meta charset="xyzzy"><p>é</p>'.encode(), "é", id="what nobody knows"),
    ],
)
def test_reads_an_encoding_as_a_browser_does(data, words):
    from pipeline.rendering.checks import decoding  # noqa: PLC0415

    assert words in decoding.decode(data, "mail.html")


@pytest.mark.parametrize("name", ["nothing.html", "."])
def test_a_file_that_is_none_ends_with_2(anywhere, capsys, name):
    code, _, err = check_page(capsys, name)

    assert code == 2
    assert name in err


def test_a_site_says_how_bad_a_finding_of_a_page_is(office: Office):
    page = office.folder / "mail.html"
    page.write_text(PAGE)
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text() + '\n[checks.levels]\ntable = "error"\n')

    told = office("check", "--html", str(page))

    assert told.code == 3
    assert f"error: {page}:3:2: a table" in told.out


def test_a_level_of_a_finding_that_is_none_is_refused_with_the_nearest(office: Office):
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text() + '\n[checks.levels]\n"link/unsecure" = "off"\n')

    told = office("check", "--json")

    assert told.code == 2
    assert "did you mean link/insecure?" in told.error["message"] + told.error["remedy"]


def test_an_issue_silences_a_finding_with_a_reason(office: Office):
    office("plan", "--write")
    path = office.folder / "issues" / "0001.md"
    text = path.read_text().replace("slugs:", "preheader: TK\nslugs:", 1)
    text = "\n".join(line for line in text.splitlines() if "Also:" not in line)
    path.write_text(f"{text}\n")
    office.edit('fail_on = "error"', 'fail_on = "warning"')

    loud = office("check", "--json")
    path.write_text(path.read_text().replace("---\n", "---\nsilence: {text: it is a name}\n", 1))
    silent = office("check", "--json")
    shown = office("check").out

    assert (loud.code, silent.code) == (3, 0)
    (finding,) = silent.document["findings"]
    assert (finding["id"], finding["silenced"]) == ("text/left-over", "it is a name")
    assert "silenced: issues/0001.md" in shown
    assert "(it is a name) [text/left-over]" in shown
    assert "1 silenced\n" in shown


def test_a_silence_of_nothing_is_told(office: Office):
    office("plan", "--write")
    path = office.folder / "issues" / "0001.md"
    path.write_text(path.read_text().replace("---\n", "---\nsilence: {image: drawn}\n", 1))

    (finding,) = office("check", "--json").document["findings"]

    assert (finding["id"], finding["source"], finding["line"]) == (
        "issue/silence",
        "issues/0001.md",
        2,
    )


SUPPORT = "<style>p { padding: 0; display: grid }</style><p>a</p>"


def test_the_whole_of_what_a_mail_uses_is_in_the_document(anywhere, capsys):
    (anywhere / "mail.html").write_text(SUPPORT)

    _, out, _ = check_page(capsys, "mail.html", "--json")
    found = json.loads(out)["findings"]

    assert [(one["id"], one["level"]) for one in found if "client-support/" in one["id"]] == [
        ("client-support/css-display-grid", "warning"),
        ("client-support/html-style", "note"),
        ("client-support/css-selector-type", "note"),
        ("client-support/css-padding", "note"),
        ("client-support/css-display", "note"),
        ("client-support/html-p", "note"),
    ]
    assert {one["source"] for one in found} == {"mail.html"}
    assert found[-1]["docs"] == "docs/reference/findings.md#client-support"


def test_a_person_is_not_told_what_nearly_every_mail_uses(anywhere, capsys):
    (anywhere / "mail.html").write_text(SUPPORT)

    _, out, _ = check_page(capsys, "mail.html")

    assert (
        "mail.html:1:24: display:grid (once: display: grid) does not work for 9 % of readers" in out
    )
    assert "client-support/css-padding" not in out
    assert "and 4 notes on what nearly every mail uses; --json lists what lacks it" in out


def test_support_is_weighed_by_the_readers_of_the_site(office):
    page = office.folder / "mail.html"
    page.write_text(SUPPORT)
    toml = office.folder / "newsletter.toml"
    toml.write_text(toml.read_text() + "\n[checks.clients]\napple-mail = 1\n")

    assert "display:grid" not in office("check", "--html", str(page)).out


def test_links_are_asked_only_when_somebody_says_so(anywhere, capsys):
    (anywhere / "mail.html").write_text('<p>\n<a href="http://127.0.0.1:1/x">the book</a></p>')

    _, quiet, _ = check_page(capsys, "mail.html")
    _, asked, _ = check_page(capsys, "mail.html", "--links")

    assert "link/unreachable" not in quiet
    assert "mail.html:2:1: a link is not asked: 127.0.0.1 is not public" in asked


def test_the_links_of_an_issue_are_asked_where_they_are_written(office: Office):
    path = office.folder / "content" / "the-long-meeting.md"
    path.write_text(path.read_text() + "\nSee [the book](https://127.0.0.1:1/x).\n")
    line = path.read_text().count("\n")

    found = office("check", "--links", "--json").document["findings"]

    places = [(one["source"], one["line"]) for one in found if one["id"] == "link/unreachable"]
    assert places == [("content/the-long-meeting.md", line)]


def findings_without_an_issue(office: Office) -> list[dict[str, object]]:
    for path in (office.folder / "content").glob("*.md"):
        path.unlink()
    found: list[dict[str, object]] = json.loads(office("check", "--json").out)["findings"]
    first, *others = found
    assert first["id"] == "issue/too-few"
    return others


def test_a_theme_is_looked_at_while_there_is_no_next_issue(office: Office) -> None:
    assert findings_without_an_issue(office) == []
    (office.folder / "templates").mkdir(exist_ok=True)
    (office.folder / "templates" / "footer.mjml").write_text("<mj-section>\n{{ adress }}")

    (fault,) = findings_without_an_issue(office)

    assert (fault["id"], fault["level"]) == ("template/error", "error")
    assert (fault["source"], fault["line"]) == ("templates/footer.mjml", 2)
    assert office("check").code == 3


def test_what_a_theme_says_wrongly_is_told_while_there_is_no_next_issue(office: Office) -> None:
    folder = office.folder / "templates"
    folder.mkdir(exist_ok=True)
    (folder / "ask.mjml").write_text(
        "<mj-section><mj-column><mj-text>\n"
        '<p><a href="http://news.example/">lorem ipsum</a></p></mj-text></mj-column></mj-section>\n'
    )
    (folder / "foter.mjml").write_text("")

    found = findings_without_an_issue(office)

    assert {one["source"] for one in found} == {"templates/ask.mjml", "templates/foter.mjml"}
