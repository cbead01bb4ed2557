from dataclasses import replace

import pytest

from pipeline.model.finding import Level
from pipeline.web.editor.view import DeskView
from tests.web.sample import VIEW


def test_counts_findings_by_level():
    assert [VIEW.count(level) for level in Level] == [0, 1, 1]


def test_what_an_editor_silenced_is_not_counted():
    findings = tuple(replace(one, silenced="it is drawn so") for one in VIEW.findings)
    view = replace(VIEW, findings=findings)

    assert [view.count(level) for level in Level] == [0, 0, 0]
    assert view.silenced == findings


@pytest.mark.parametrize(
    ("view", "initial"),
    [
        pytest.param(DeskView(title="The Corner Office"), "C", id="the article is passed over"),
        pytest.param(DeskView(title="T", sender="émile"), "É", id="the sender comes first"),
        pytest.param(DeskView(), "?", id="nobody"),
    ],
)
def test_an_inbox_shows_a_letter_for_the_sender(view, initial):
    assert view.initial == initial
