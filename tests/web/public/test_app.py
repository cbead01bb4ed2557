import html
import logging
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import DatabaseBusyError
from pipeline.web.public import app, one_click
from tests.images import draw, put
from tests.web.browsing import ask
from tests.web.sample import TEST, UNKNOWN, VALID, WEB_VIEW, Site
from tests.web.serving import served

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
NONCE = re.compile(r"nonce-[\w-]+|nonce=\"[\w-]+\"")


def words(answer: httpx.Response) -> str:
    """Give a page without the nonce of its answer."""
    return NONCE.sub("", answer.text)


def post(site: Site, token: str = VALID, **body: object) -> httpx.Response:
    return ask(app.create(site), "POST", f"/u/{token}", **(body or {"data": ONE_CLICK}))


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_an_unsubscribe_link_changes_nothing(site, method):
    answer = ask(app.create(site), method, f"/u/{VALID}")

    assert answer.status_code == 200
    assert site.left == []


def test_the_page_has_one_button_that_says_what_a_mail_program_would(site):
    page = ask(app.create(site), "GET", f"/u/{VALID}").text

    assert page.count("<button") == 1
    assert '<button name="List-Unsubscribe" value="One-Click">Unsubscribe</button>' in page
    assert '<form method="post">' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data": ONE_CLICK}, id="urlencoded, as a mail program or the button"),
        pytest.param({"files": {"List-Unsubscribe": (None, "One-Click")}}, id="multipart"),
        pytest.param({"content": b"List-Unsubscribe=One-Click"}, id="without a content type"),
    ],
)
def test_one_post_unsubscribes(site, body):
    answer = post(site, **body)

    assert answer.status_code == 200
    assert site.left == [VALID]


def test_a_second_post_answers_like_the_first(site):
    first, second = post(site), post(site)

    assert (first.status_code, words(first)) == (second.status_code, words(second))
    assert site.left == [VALID]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_does_not_tell_whether_a_token_is_good(site, method):
    known, unknown, long = (
        ask(app.create(site), method, f"/u/{token}", data=ONE_CLICK)
        for token in (VALID, UNKNOWN, "x" * 5_000)
    )

    assert known.status_code == unknown.status_code == long.status_code == 200
    assert words(known) == words(unknown) == words(long)
    assert [sorted(each.headers) for each in (known, unknown)] == [sorted(known.headers)] * 2


def test_the_link_of_a_test_mail_says_so_and_changes_nothing(site):
    shown, pressed = ask(app.create(site), "GET", f"/u/{TEST}"), post(site, TEST)

    assert "This link is from a test mail" in shown.text
    assert "nobody was unsubscribed" in pressed.text
    assert (shown.status_code, pressed.status_code, site.left) == (200, 200, [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"content": b""}, 400, id="no body"),
        pytest.param({"data": {"List-Unsubscribe": "No"}}, 400, id="another wish"),
        pytest.param({"json": ONE_CLICK}, 400, id="JSON"),
        pytest.param(
            {"content": b"List-Unsubscribe=One-Click&" + b"x" * one_click.LIMIT}, 413, id="huge"
        ),
    ],
)
def test_a_post_that_does_not_ask_for_it_changes_nothing_and_shows_the_button(site, body, status):
    answer = post(site, **body)

    assert answer.status_code == status
    assert site.left == []
    assert "<button" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(site, method):
    answer = ask(app.create(site), method, f"/u/{VALID}")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert site.asked == []


@pytest.mark.parametrize("path", [f"/u/{VALID}/", f"/u//{VALID}", "/u/", "/u"])
def test_no_address_near_a_link_redirects(site, path):
    assert ask(app.create(site), "POST", path, data=ONE_CLICK).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", [VALID, TEST, UNKNOWN])
def test_the_pages_of_a_token_are_kept_and_passed_on_by_nobody(site, method, token):
    answer = ask(app.create(site), method, f"/u/{token}", data=ONE_CLICK)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    assert token not in answer.text


@pytest.mark.parametrize(
    "path",
    [f"/u/{VALID}", "/issues/1", "/issues/9", "/nothing", "/healthz", "/.well-known/mailbag"],
)
def test_every_answer_is_guarded(site, path):
    answer = ask(app.create(site), "GET", path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    if answer.headers["content-type"].startswith("text/html"):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
        assert "script-src" not in answer.headers["content-security-policy"]


def test_a_busy_ledger_asks_to_come_back_and_logs_no_token(site, caplog):
    site.trouble = DatabaseBusyError(f"the database is busy with {VALID}")

    answer = post(site)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "nothing was changed" in answer.text
    assert "<button" in answer.text
    assert VALID not in caplog.text
    assert "the database is busy with …" in caplog.text


def test_a_mistake_of_ours_is_a_page_too(site):
    site.trouble = ZeroDivisionError()

    answer = post(site)

    assert answer.status_code == 500
    assert "This is our mistake" in answer.text
    assert "ZeroDivision" not in answer.text


def test_an_issue_is_shown_as_it_was_rendered(site):
    answer = ask(app.create(site), "GET", "/issues/1")

    assert answer.text == WEB_VIEW
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["x-robots-tag"] == "noindex"


def test_search_engines_may_list_an_issue_where_the_newsletter_says_so(site):
    site.is_listed = True

    answer = ask(app.create(site), "GET", "/issues/1")

    assert "x-robots-tag" not in answer.headers


NAME = f"{'5ca1ab1e' * 4}.png"


def test_an_image_is_given_out_for_ever_and_shown_anywhere(site, tmp_path):
    site.images[NAME] = put(tmp_path, NAME)

    answer = ask(app.create(site), "GET", f"/images/{NAME}")

    assert answer.content == draw()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    # A mailbox on the web shows it within a page of its own.
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_mail_program_may_ask_whether_an_image_is_there(site, tmp_path):
    site.images[NAME] = put(tmp_path, NAME)

    answer = ask(app.create(site), "HEAD", f"/images/{NAME}")

    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(draw())
    assert answer.content == b""


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        NAME.upper(),
        NAME.replace(".png", ".svg"),
        f"{NAME}/",
        f"..%2F{NAME}",
        "..%2f..%2fnewsletter.toml",
        "%2e%2e/%2e%2e/.secrets/token.key",
        f"{NAME}%00",
        f"{NAME}%0a",
        "",
    ],
)
def test_what_is_no_image_is_a_404_page_of_ours(site, name):
    answer = ask(app.create(site), "GET", f"/images/{name}")

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert site.asked in ([], [NAME])


@pytest.mark.parametrize(
    "number", ["2", "0", "-1", "01", "1.0", "%31%2F", "one", "٣", "9" * 5_000, "1/"]
)
def test_what_is_no_issue_is_a_404_page_of_ours(site, number):
    answer = ask(app.create(site), "GET", f"/issues/{number}")

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "The Corner Office" in answer.text


def test_tells_a_sender_whose_pages_these_are(site):
    answer = ask(app.create(site), "GET", "/.well-known/mailbag")

    assert answer.json() == {"mailbag": "sha256:5f3a"}


def test_health_does_not_ask_the_ledger(site):
    site.trouble = DatabaseBusyError("busy")

    assert ask(app.create(site), "GET", "/healthz").text == "ok\n"


@pytest.mark.parametrize(
    ("language", "tag", "direction", "button"),
    [
        pytest.param("de-CH", "de-CH", "ltr", "Abbestellen", id="German"),
        pytest.param("ar", "ar", "rtl", "إلغاء الاشتراك", id="Arabic, from the right"),
        pytest.param(
            "nl", "en", "ltr", "Unsubscribe", id="English for a language that is not here"
        ),
    ],
)
def test_speaks_the_newsletters_language(language, tag, direction, button):
    page = ask(app.create(Site(language=language)), "GET", f"/u/{VALID}").text

    assert f'<html lang="{tag}" dir="{direction}">' in page
    assert button in page


@given(st.text())
def test_a_title_is_never_markup(title):
    page = ask(app.create(Site(title=f"<b>{title}")), "GET", "/u/x").text

    assert "<b>" not in page
    assert html.escape(title, quote=False).split("'")[0].split('"')[0] in page


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_no_token_comes_back_in_a_page(token):
    mark = f"<i>{token}</i>"
    for method in ("GET", "POST", "PUT"):
        answer = ask(app.create(Site()), method, f"/u/{quote(mark, safe='')}")

        assert "<i>" not in answer.text


def test_an_old_client_with_neither_cookies_nor_keep_alive_is_served():
    site = Site()
    with served(lambda _port: app.create(site)) as url:
        answer = httpx.post(
            f"{url}/u/{VALID}", data=ONE_CLICK, headers={"Connection": "close"}, cookies={}
        )

    assert (answer.status_code, site.left) == (200, [VALID])


def test_a_body_without_end_is_cut_off():
    site = Site()

    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1024

    with served(lambda _port: app.create(site)) as url:
        try:
            status = httpx.post(f"{url}/u/{VALID}", content=endless()).status_code
        except httpx.TransportError:
            status = 413  # it was answered and closed while we were still writing

    assert (status, site.left) == (413, [])


def test_the_server_writes_no_token_anywhere(caplog):
    caplog.set_level(logging.DEBUG)
    with served(lambda _port: app.create(Site())) as url:
        httpx.get(f"{url}/u/{VALID}")

    ours = [record for record in caplog.records if not record.name.startswith("http")]
    assert ours
    assert not [record for record in ours if VALID in record.getMessage()]
