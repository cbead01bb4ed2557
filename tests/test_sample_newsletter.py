"""The sample newsletter shows what a QA file can be, and is fit to print."""

import re
from collections import Counter

import pytest

from pipeline import shipped
from pipeline.content import parsing
from pipeline.content.images import ImageShelf
from pipeline.model.image import Image
from pipeline.model.qa import QAStatus
from pipeline.rendering.options import COLUMN

FILES = sorted(p for p in shipped.content().glob("*.md") if p.name != "README.md")
QAS = [
    parsed.qa
    for path in FILES
    if (parsed := parsing.parse(path.read_bytes(), f"content/{path.name}")).qa
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_check_finds_anything_in_a_sample(path):
    parsed = parsing.parse(path.read_bytes(), f"content/{path.name}")

    assert parsed.findings == ()


def test_every_sample_names_its_columnist_and_its_date():
    assert {qa.answer.answered_by for qa in QAS} == {"Jo Doe"}
    assert {qa.question.asked_on.year for qa in QAS if qa.question.asked_on} == {2026}
    assert all(qa.question.asked_on and qa.answer.bio and qa.topics for qa in QAS)


def test_the_samples_show_every_status_and_every_key():
    assert {qa.status for qa in QAS} == set(QAStatus)
    assert any(qa.question.asked_by is None for qa in QAS)
    assert any(qa.not_before for qa in QAS)
    assert {bool(qa.inspired_by.url) for qa in QAS if qa.inspired_by} == {True, False}


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param("\n1. ", id="list"),
        pytest.param("\n> ", id="quotation"),
        pytest.param("\n| --- ", id="table"),
        pytest.param("\n```\n", id="code"),
        pytest.param("](https://", id="link"),
        pytest.param("](pictures/", id="image"),
    ],
)
def test_the_samples_show_every_form_of_an_answer(mark):
    assert any(mark in qa.answer.text for qa in QAS)


def test_the_samples_are_enough_for_three_issues_of_three():
    ready = [qa for qa in QAS if qa.status is QAStatus.READY and qa.not_before is None]
    topics = Counter(topic for qa in ready for topic in qa.topics)

    assert len(ready) >= 9
    assert max(topics.values()) <= 2


def test_every_image_of_the_samples_is_small_and_has_the_width_of_the_finest_screen():
    shelf = ImageShelf(shipped.content().parent)
    files = sorted((shipped.content() / "pictures").iterdir())
    named = {name for qa in QAS for name in re.findall(r"\]\(pictures/([^)]+)\)", qa.answer.text)}

    images = [shelf.find(f"pictures/{path.name}", "content/a.md") for path in files]

    assert named == {path.name for path in files}
    for image in images:
        assert isinstance(image, Image)
        assert image.width == 2 * COLUMN
        assert image.size < 15_000


def test_links_of_the_samples_lead_to_example_domains_only():
    for qa in QAS:
        for link in qa.answer.text.split("https://")[1:]:
            assert link.partition("/")[0].endswith(".example")
        if qa.inspired_by and qa.inspired_by.url:
            assert ".example/" in qa.inspired_by.url
