from pathlib import Path
from typing import Any

import pytest

from pipeline.model.finding import Finding
from pipeline.model.qa import Answer, KeyLines
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue, make_qa
from tests.rendering.letters import NONCE, OPTIONS, THEME

SHARED = THEME.parent / "shared"


def findings(tmp_path: Path, *, answer: str = "Yes.", line: int = 0, **files: str) -> Any:
    """Render with some of the theme's files replaced; the dots of their names are underscores."""
    own = tmp_path / "templates" / "classic"
    own.mkdir(parents=True)
    for name, text in files.items():
        (own / name.replace("_mjml", ".mjml")).write_text(text)
    qa = make_qa(answer=Answer(answer, "Jo Doe", line=line), lines=KeyLines(title=2))
    edition = Renderer([own, THEME, SHARED], OPTIONS).render(make_issue(qas=(qa,)), nonce=NONCE)
    return edition.findings


def only(found: tuple[Finding, ...], name: str) -> Finding:
    (finding,) = (one for one in found if one.id == name)
    return finding


FOOTER = """\
<mj-section>
  <mj-column>
    <mj-text>{{ mail_only }}<a href="{{ unsubscribe_url }}">Unsubscribe</a>{{ end_mail_only }}
      %s
    </mj-text>
  </mj-column>
</mj-section>
"""


@pytest.mark.parametrize(
    ("markup", "at"),
    [
        pytest.param("<table><tr><td>a</td></tr></table>", "4:7", id="in its line"),
        pytest.param("<p>a</p>\n<table><tr>\n<td>a</td></tr></table>", "5:1", id="a line further"),
        pytest.param(
            '<div><div><table title="\n"><tr><td/></tr></table></div></div>', "4:17", id="deep"
        ),
    ],
)
def test_a_fault_of_the_theme_has_its_place_there(tmp_path, markup, at):
    found = only(findings(tmp_path, footer_mjml=FOOTER % markup), "table/role")

    assert found.place == f"templates/classic/footer.mjml:{at}"
