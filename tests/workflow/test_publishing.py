"""What counts as published by an operator's word, and how it travels."""

import json

import pytest

from pipeline.errors import ConfigError, NotFoundError
from pipeline.workflow import publishing
from tests.workflow.office import Office


@pytest.fixture
def desk(office: Office) -> Office:
    office.write_qas("tea", "chairs")
    return office


def test_qa_counted_as_published_is_not_chosen(desk: Office) -> None:
    change = publishing.add(desk.shop, desk.store, ["tea"], issue=None, now=desk.now)

    assert (change.changed, change.unchanged) == (1, 0)
    assert [chosen.qa.slug for chosen in desk.plan().selection.chosen] == ["chairs"]


def test_counting_twice_changes_nothing(desk: Office) -> None:
    publishing.add(desk.shop, desk.store, ["tea"], issue=3, now=desk.now)

    change = publishing.add(desk.shop, desk.store, ["tea"], issue=None, now=desk.now)

    assert (change.changed, change.unchanged) == (0, 1)


def test_unknown_qa_is_not_counted(desk: Office) -> None:
    with pytest.raises(NotFoundError, match="no Q&A is called 'lamps'"):
        publishing.add(desk.shop, desk.store, ["tea", "lamps"], issue=None, now=desk.now)

    assert desk.published() == set()


def test_removed_qa_may_be_chosen_again(desk: Office) -> None:
    publishing.add(desk.shop, desk.store, ["tea"], issue=None, now=desk.now)

    publishing.remove(desk.store, ["tea"])

    assert desk.published() == set()


def test_what_is_not_published_cannot_be_removed(desk: Office) -> None:
    with pytest.raises(NotFoundError, match="does not count as published"):
        publishing.remove(desk.store, ["tea"])


def test_list_travels_to_another_machine(desk: Office) -> None:
    publishing.add(desk.shop, desk.store, ["tea"], issue=3, now=desk.now)
    text = json.dumps(publishing.export(desk.store))
    publishing.remove(desk.store, ["tea"])

    change = publishing.bring(desk.store, text, source="published.json", now=desk.now)

    assert change.changed == 1
    assert json.dumps(publishing.export(desk.store)) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="a list"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"format": "other", "published": []}', id="another format"),
        pytest.param('{"format": "mailbag-published-1"}', id="no entries"),
        pytest.param('{"format": "mailbag-published-1", "published": [{"slug": 1}]}', id="slug"),
        pytest.param(
            '{"format": "mailbag-published-1", "published": [{"slug": "a", "issue": "1"}]}',
            id="number as text",
        ),
        pytest.param(
            '{"format": "mailbag-published-1", "published": [{"slug": "", "issue": 1}]}',
            id="empty slug",
        ),
    ],
)
def test_other_documents_are_refused_whole(desk: Office, text: str) -> None:
    with pytest.raises(ConfigError, match="is no list made by"):
        publishing.bring(desk.store, text, source="published.json", now=desk.now)

    assert desk.published() == set()
