"""axe-core finds no fault in a letter, nor in its web page: every rule, best practices too."""

from typing import Any

import pytest

from tests.browser import Page
from tests.clients import sample
from tests.outside import need_npm

_RUN = """
off => axe.run(document, {rules: Object.fromEntries(off.map(it => [it, {enabled: false}]))})
"""

#: A mail is shown inside of a mail program's page, which has its own landmarks: a second `main`
#: there would be one too many. The web page must have them.
NOT_FOR_MAIL = ("landmark-one-main", "region")


@pytest.fixture(scope="module")
def axe() -> str:
    return need_npm("axe-core/axe.min.js").read_text(encoding="utf-8")


def examine(
    page: Page, axe: str, html: str, without: tuple[str, ...] = (), **window: Any
) -> dict[str, Any]:
    page.show(html, **window)
    page.bring(axe)
    found = page.ask(_RUN, without)
    assert isinstance(found, dict)
    return found


def told(findings: list[dict[str, Any]]) -> list[str]:
    return [
        f"{rule['id']}: {node['html'][:120]}: {node['failureSummary']}"
        for rule in findings
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("language", sample.LANGUAGES)
@pytest.mark.parametrize("theme", sample.THEMES)
@pytest.mark.parametrize("form", ["mail", "web"])
def test_axe_finds_no_violation(page: Page, axe: str, form: str, theme: str, language: str) -> None:
    html = getattr(sample.make(theme, language), form)
    without = NOT_FOR_MAIL if form == "mail" else ()
    for width in (375, 640):
        for dark in (False, True):
            found = examine(page, axe, html, without, width=width, dark=dark)

            assert told(found["violations"]) == [], f"{width} px, dark={dark}"
            assert told(found["incomplete"]) == [], f"{width} px, dark={dark}"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_no_violation_in_the_page_of_a_mended_issue(
    page: Page, axe: str, language: str
) -> None:
    html = sample.make("classic", language).mended
    for dark in (False, True):
        found = examine(page, axe, html, width=375, dark=dark)

        assert told(found["violations"]) == []
        assert told(found["incomplete"]) == []


def test_axe_would_see_a_text_that_does_not_stand_out(page: Page, axe: str) -> None:
    letter = sample.make("classic", "en")
    faint = '<p style="color:#dddddd;background-color:#ffffff">May I?</p></body>'
    worse = letter.mail.replace("</body>", faint)

    found = examine(page, axe, worse, width=640)

    assert any("color-contrast" in it for it in told(found["violations"]))
