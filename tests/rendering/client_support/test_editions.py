"""What the check says of editions: of the shipped themes, and of what an editor changed."""

from pathlib import Path

import pytest

from pipeline.model.finding import Finding, Level
from pipeline.rendering.client_support import checking, mix, support
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.rendering.letters import NONCE, OPTIONS, THEME_PATH, as_html, make_letter, render

#: All that Markdown can become.
ANSWER = """Start *small*, **now**, ~~never~~ `code` [a link](https://x.example/).

## Heading

- one
- two

> Quoted.

| Day | Minutes |
|-----|--------:|
| Monday | 55 |

```
stop(report)
```

---

1. Go home.
"""
ISSUE = make_issue(qas=(make_letter("May I?", ANSWER), make_letter("كيف؟", "x", slug="second")))
_LARGE = tuple(
    client
    for client in sorted(support.load().clients)
    if client.startswith(("apple-mail.", "gmail.", "outlook.", "yahoo."))
)


def _support(findings: tuple[Finding, ...]) -> list[Finding]:
    return [one for one in findings if one.id.startswith("client-support/")]


def _rendered_with(folder: Path) -> list[Finding]:
    return _support(Renderer((folder, *THEME_PATH), OPTIONS).render(ISSUE, nonce=NONCE).findings)


def test_of_a_shipped_theme_nothing_is_said(theme):
    assert _support(render(ISSUE, theme=theme).findings) == []


def test_of_a_shipped_theme_nothing_is_said_whatever_its_readers_use(theme):
    page = as_html(render(ISSUE, theme=theme))

    for client in support.load().clients:
        assert [*checking.check_edition(page, mix.parse({client: 1}))] == []


@pytest.mark.parametrize("client", _LARGE)
def test_a_shipped_theme_breaks_for_nobody_who_reads_with_a_large_one(theme, client):
    page = as_html(render(ISSUE, theme=theme))

    found = checking.check_page(page, mix.parse({client: 1}))

    assert [one.id for one in found if one.level is not Level.NOTE] == []


def test_what_an_editor_writes_into_a_style_sheet_is_found_there(tmp_path):
    theme = tmp_path / "templates" / "classic"
    theme.mkdir(parents=True)
    shipped = (THEME_PATH[0] / "styles.mjml").read_text(encoding="utf-8")
    (theme / "styles.mjml").write_text(
        shipped + "<mj-style>\n.masthead {\n  display: flex;\n}\n</mj-style>\n", encoding="utf-8"
    )

    (found,) = _rendered_with(theme)

    lines = shipped.count("\n")
    assert found.id == "client-support/css-display-flex"
    assert found.level is Level.WARNING
    assert found.place == f"templates/classic/styles.mjml:{lines + 3}:3"


def test_what_an_editor_writes_into_an_element_is_found_there(tmp_path):
    theme = tmp_path / "templates" / "classic"
    theme.mkdir(parents=True)
    shipped = (THEME_PATH[0] / "opening.mjml").read_text(encoding="utf-8")
    (theme / "opening.mjml").write_text(
        shipped
        + "<mj-section><mj-column><mj-text>\n<p>a</p>\n"
        + '<p style="position: absolute">b</p>\n</mj-text></mj-column></mj-section>\n',
        encoding="utf-8",
    )

    found = {one.id: one for one in _rendered_with(theme)}

    lines = shipped.count("\n")
    assert set(found) == {"client-support/css-position"}
    place = found["client-support/css-position"].place
    assert place == f"templates/classic/opening.mjml:{lines + 3}:1"
