import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DatabaseBusyError, TemplateError
from pipeline.model.finding import Finding, Level
from pipeline.web.editor import app
from pipeline.web.editor.view import DeskView
from tests.web.browsing import ask
from tests.web.sample import MAIL, VIEW, WEB_VIEW, MemoryDesk
from tests.web.serving import events, served

WORD = "s3cret"
HOSTS = frozenset({"news.example"})


def look(desk: MemoryDesk, path: str = "", **more: object) -> httpx.Response:
    return ask(app.create(desk, token=WORD, hosts=HOSTS), "GET", f"/{WORD}/{path}", **more)


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


def test_shows_the_issue_from_all_sides(desk):
    page = look(desk).text

    assert "<h1>Issue 12</h1>" in page
    assert "The long meeting" in page
    assert "Also: the report nobody reads" in page
    assert "the-colleague-who-calls" in page
    assert "not before 1 April 2026" in page
    assert "40 of 102 KB" in page
    assert f"mailbag approve 12 <span>--sha256</span> {VIEW.sha256}" in page
    assert "There is no database here" in page


def test_shows_the_mail_at_both_widths_in_a_sandbox(desk):
    page = look(desk).text

    frames = re.findall(r"<iframe [^>]*>", page)
    assert [re.findall(r'width="(\d+)"', frame) for frame in frames] == [["375"], ["640"]]
    assert all('sandbox=""' in frame for frame in frames)


def test_the_address_says_what_is_shown(desk):
    page = look(desk, "?width=375&dark=1&images=0").text

    assert page.count("<iframe") == 1
    assert '<div class="frames dark">' in page
    assert "&amp;images=0" in page


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        pytest.param("text", "THE LONG MEETING", id="the text part"),
        pytest.param("source", "&lt;mj-text&gt;", id="the source, escaped"),
        pytest.param("message", "From: The Corner Office &lt;letters@", id="the message"),
        pytest.param("findings", "content/the-long-meeting.md:31:4", id="findings with places"),
    ],
)
def test_each_view_shows_its_side(desk, view, expected):
    page = look(desk, f"?view={view}").text

    assert expected in page
    assert "<iframe" not in page


def test_a_finding_is_shown_with_names_as_they_are_and_commands_as_code():
    found = Finding(
        id="image/clear",
        level=Level.NOTE,
        message="pictures/ok.png is transparent",
        remedy="give it a ground: `magick ok.png <new>.png`",
    )
    page = look(MemoryDesk(replace(VIEW, findings=(found,))), "?view=findings").text

    assert "<p>pictures/ok.png is transparent</p>" in page
    assert "<p>Give it a ground: <code>magick ok.png &lt;new&gt;.png</code></p>" in page
    assert "first-letter" not in page


def test_a_silenced_finding_is_shown_with_the_reason():
    findings = tuple(replace(one, silenced="it is drawn so") for one in VIEW.findings)
    page = look(MemoryDesk(replace(VIEW, findings=findings)), "?view=findings").text

    assert page.count("it is drawn so") == 2
    assert "2 silenced" in page
    assert "0 warnings" in page


def test_the_web_page_is_shown_in_frames_like_the_mail(desk):
    page = look(desk, "?view=web&images=0&width=640").text

    (source,) = map(html.unescape, re.findall(r'<iframe src="([^"]*)"', page))
    assert source.endswith("&view=web&images=0")
    answer = look(desk, source)
    assert answer.text == WEB_VIEW
    assert "img-src 'none'" in answer.headers["content-security-policy"]


def test_a_frame_gets_the_exact_bytes_of_the_mail(desk):
    answer = look(desk, "mail")

    assert answer.content == MAIL.encode()
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid: https:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
    )


def test_a_frame_can_be_asked_for_without_pictures(desk):
    answer = look(desk, "mail?images=0")

    assert "img-src 'none'" in answer.headers["content-security-policy"]


def test_only_a_script_of_the_page_itself_runs(desk):
    first, second = look(desk), look(desk)

    policy = first.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
    assert nonce
    assert f'<script nonce="{nonce[1]}">' in first.text
    assert "unsafe" not in policy
    assert nonce[1] not in second.text


def test_nothing_is_loaded_from_elsewhere(desk):
    page = look(desk).text

    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "@import" not in page


def test_no_page_holds_the_token(desk):
    assert WORD not in look(desk).text


@pytest.mark.parametrize(
    "path", ["/", "/wrong/", "/s3cre/", "/s3cret1/mail", "//s3cret/", "/S3CRET/", "/\u00e9/"]
)
def test_a_wrong_token_finds_nothing(desk, path):
    answer = ask(app.create(desk, token=WORD, hosts=HOSTS), "GET", path)

    assert answer.status_code == 404
    assert desk.looks == 0


@pytest.mark.parametrize(
    ("host", "status"),
    [("rebound.example", 403), ("no host", 400), ("[", 400), ("a" * 70_000, 403)],
)
def test_another_host_gets_nothing(desk, host, status):
    answer = look(desk, headers={"Host": host})

    assert answer.status_code == status
    assert desk.looks == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        pytest.param("http://news.example", 405, id="our page: there is nothing to change"),
        pytest.param("https://elsewhere.example", 403, id="another page"),
    ],
)
def test_nothing_can_be_changed(desk, method, origin, status):
    desk_app = app.create(desk, token=WORD, hosts=HOSTS)

    answer = ask(desk_app, method, f"/{WORD}/", headers={"Origin": origin})

    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


def test_an_unchanged_desk_is_looked_at_once(desk):
    desk_app = app.create(desk, token=WORD, hosts=HOSTS)
    for path in ("", "mail", "?view=text"):
        ask(desk_app, "GET", f"/{WORD}/{path}")

    assert desk.looks == 1


def test_a_template_error_is_shown_with_its_place_and_goes_away_when_mended(desk):
    desk_app = app.create(desk, token=WORD, hosts=HOSTS)
    desk.put(error="templates/issue.mjml:14:7: there is no 'qsa' here, only <qas>")
    broken = ask(desk_app, "GET", f"/{WORD}/")
    desk.put(error=None)
    mended = ask(desk_app, "GET", f"/{WORD}/")

    assert (
        "templates/issue.mjml:14:7: there is no &#39;qsa&#39; here, only &lt;qas&gt;" in broken.text
    )
    assert "<iframe" not in broken.text
    assert broken.status_code == mended.status_code == 200
    assert "<iframe" in mended.text


def test_an_error_that_is_raised_is_shown_and_asked_about_again(desk):
    desk_app = app.create(desk, token=WORD, hosts=HOSTS)
    desk.trouble = TemplateError("unknown tag", place="templates/issue.mjml:3", remedy="close it")
    broken = ask(desk_app, "GET", f"/{WORD}/")
    desk.trouble = None
    mended = ask(desk_app, "GET", f"/{WORD}/")

    assert "templates/issue.mjml:3: unknown tag; close it" in broken.text
    assert "<iframe" in mended.text


def test_an_error_of_the_version_does_not_take_the_page_away(desk, monkeypatch):
    def busy() -> str:
        raise DatabaseBusyError("the database is\nbusy")

    monkeypatch.setattr(desk, "version", busy)

    assert 'data-version="error: the database is busy"' in look(desk).text


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        pytest.param(41_300, "Gmail shows all of it", id="small"),
        pytest.param(80_000, "Close to where Gmail cuts", id="near"),
        pytest.param(104_448, "Close to where Gmail cuts", id="the last byte that is shown"),
        pytest.param(104_449, "Gmail cuts this mail off", id="the first that is not"),
    ],
)
def test_the_meter_says_what_gmail_does(desk, size, sentence):
    desk.put(html_bytes=size)

    assert sentence in look(desk).text


@pytest.mark.parametrize(
    ("approved", "sentence"),
    [
        pytest.param("", "To pin exactly what you see", id="not yet"),
        pytest.param(VIEW.sha256, "These bytes are approved", id="approved"),
        pytest.param("0" * 64, "Something has changed since the approval", id="void"),
    ],
)
def test_says_where_approval_stands(desk, approved, sentence):
    desk.put(approved_sha256=approved)

    assert sentence in look(desk).text


def test_a_thousand_passed_over_are_counted_and_not_listed(desk):
    desk.put(passed=tuple((f"qa-{number}", "published in issue 3") for number in range(1000)))

    page = look(desk).text

    assert page.count("published in issue 3") == 40
    assert "and 960 more" in page


hostile = st.text().map(lambda text: f"<i>{text}\"'</i>")


@given(hostile)
def test_nothing_that_anybody_wrote_is_markup(text):
    found = Finding(id=text, level=Level.ERROR, source=text, line=1, message=text, remedy=text)
    view = DeskView(
        title=text, number=1, slot_text=text, sender=text, subject=text, preheader=text,
        html="<p>", text=text, source=text, message=text, findings=(found,), sha256=text,
        chosen=((text, text),), passed=((text, text),), assumptions=(text,), error=None,
    )  # fmt: skip
    for shown in ("html", "text", "source", "message", "findings"):
        page = look(MemoryDesk(view), f"?view={shown}").text

        assert "<i>" not in page
    broken = look(MemoryDesk(DeskView(error=text))).text
    assert "<i>" not in broken
    assert html.escape("<i>") in broken


@pytest.fixture
def live(desk, tmp_path) -> Iterator[tuple[str, Path]]:
    """A desk on loopback, and a file whose saving makes a new version."""
    watched = tmp_path / "issue.mjml"
    watched.write_text("<mjml>")

    def make(port: int):
        return app.create(desk, token=WORD, hosts=app.desk_hosts(port), paths=[tmp_path])

    with served(make) as root:
        yield f"{root}/{WORD}/", watched


def test_saving_a_file_tells_every_open_page(desk, live):
    url, watched = live
    with httpx.stream("GET", f"{url}events") as one, httpx.stream("GET", f"{url}events") as two:
        first, second = events(one), events(two)
        before = (next(first), next(second))
        desk.put(subject="The short meeting")
        watched.write_text("<mjml><mj-body>")
        after = (next(first), next(second))

    assert (before, after) == (("1", "1"), ("2", "2"))
    assert "The short meeting" in httpx.get(url).text


def test_a_broken_template_neither_ends_the_server_nor_the_stream(desk, live):
    url, watched = live
    with httpx.stream("GET", f"{url}events") as stream:
        versions = events(stream)
        next(versions)
        desk.trouble, desk.number = TemplateError("unknown tag", place="issue.mjml:1"), 2
        watched.write_text("<mjml><broken>")
        next(versions)
        broken = httpx.get(url).text
        desk.trouble, desk.number = None, 3
        watched.write_text("<mjml>")
        next(versions)
        mended = httpx.get(url).text

    assert "issue.mjml:1: unknown tag" in broken
    assert "<iframe" in mended


def test_answers_under_every_name_of_this_machine_and_no_other(live):
    url, _ = live
    port = httpx.URL(url).port
    statuses = {
        host: httpx.get(url, headers={"Host": f"{host}:{port}"}).status_code
        for host in ("127.0.0.1", "localhost", "[::1]", "news.example")
    }

    assert statuses == {"127.0.0.1": 200, "localhost": 200, "[::1]": 200, "news.example": 403}
