"""An edition: its identity, its bodies, what everybody sees and what only the mail holds."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.edition import Edition, Placeholder, Template
from pipeline.model.finding import Finding, Level
from tests.factories import NOON, make_edition
from tests.images import make_edition_image

_PARTS = st.lists(st.text() | st.sampled_from(Placeholder)).map(tuple)

_LINK, _ADDRESS = Placeholder.UNSUBSCRIBE_URL, Placeholder.ADDRESS
_START, _END = Placeholder.MAIL_ONLY_START, Placeholder.MAIL_ONLY_END


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"number": 0}, id="number 0"),
        pytest.param({"slugs": ()}, id="no Q&A"),
        pytest.param({"slot": NOON.replace(tzinfo=None)}, id="naive slot"),
        pytest.param({"slot": NOON.astimezone(timezone(timedelta(hours=1)))}, id="local slot"),
    ],
)
def test_refuses_what_no_edition_is(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an edition has"):
        make_edition(**changes)


def test_json_is_read_back_as_the_same_edition() -> None:
    edition = make_edition()

    assert Edition.from_json(edition.to_json()) == edition


@given(html=_PARTS, text=_PARTS)
def test_any_body_survives_its_json(html: tuple[str, ...], text: tuple[str, ...]) -> None:
    edition = make_edition(html=Template(html), text=Template(text))

    again = Edition.from_json(edition.to_json())

    assert again == edition
    assert again.sha256 == edition.sha256


def test_images_are_read_back_and_are_part_of_the_hash() -> None:
    plain = make_edition()
    shown = make_edition(images=(make_edition_image(),))
    attached = make_edition(images=(make_edition_image(attached=True),))

    assert Edition.from_json(shown.to_json()) == shown
    assert len({plain.sha256, shown.sha256, attached.sha256}) == 3


def test_edition_without_images_has_the_hash_it_had_before_there_were_any() -> None:
    edition = make_edition()

    assert "images" not in json.loads(edition.to_json())
    assert edition.sha256 == "9fbeee9d44c61db784f46d7ade953f125eed048b83003b6752eca63c3e50b053"


def test_takes_its_images_from_elsewhere_and_touches_nothing_else() -> None:
    url, written = (
        "https://news.example/a&b/images/c.png",
        "https://news.example/a&amp;b/images/c.png",
    )
    others = (
        f'<p>src="{written}" &lt;img src="{written}"</p><a href="{written}">c</a>'
        f'<img alt=\' src="{written}"\' src="https://a.example/d.png">'
    )
    edition = make_edition(
        html=Template((f'{others}<img alt="c" src="{written}" width="1">', _ADDRESS))
    )

    moved = edition.html_with({url: "cid:x&y"})

    assert moved == Template((f'{others}<img alt="c" src="cid:x&amp;y" width="1">', _ADDRESS))


def test_json_is_canonical() -> None:
    text = make_edition(subject="Grüße").to_json()

    document = json.loads(text)
    assert list(document) == sorted(document)
    assert "Grüße" in text
    assert ": " not in json.dumps(list(document))
    assert text == json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_a_constant_that_reads_like_a_placeholder_stays_a_constant() -> None:
    template = Template(("unsubscribe_url", _LINK, "mail_only_start"))

    again = Template.from_json(template.as_json())

    assert again == template
    assert [isinstance(part, Placeholder) for part in again.parts] == [False, True, False]
    assert again.join({_LINK: "-"}) == "unsubscribe_url-mail_only_start"


def test_identity_is_the_hash_of_the_canonical_json() -> None:
    edition = make_edition()

    assert edition.sha256 == hashlib.sha256(edition.to_json().encode()).hexdigest()


def test_identity_does_not_depend_on_findings() -> None:
    edition = make_edition()
    found = Finding(id="size/clip", level=Level.WARNING, message="it is long")

    assert replace(edition, findings=(found,)).sha256 == edition.sha256


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"number": 2}, id="number"),
        pytest.param({"slot": NOON}, id="slot"),
        pytest.param({"subject": "Another"}, id="subject"),
        pytest.param({"preheader": "Another"}, id="preheader"),
        pytest.param({"slugs": ("another",)}, id="slugs"),
        pytest.param({"html": Template(("<p>Another</p>",))}, id="HTML"),
        pytest.param({"text": Template(("Another",))}, id="text"),
        pytest.param(
            {"text": Template((*make_edition().text.parts, _ADDRESS))}, id="a placeholder more"
        ),
    ],
)
def test_identity_depends_on_everything_that_goes_out(changes: dict[str, Any]) -> None:
    assert make_edition(**changes).sha256 != make_edition().sha256


def test_slot_of_stored_json_is_in_utc() -> None:
    slot: datetime = Edition.from_json(make_edition().to_json()).slot

    assert slot == make_edition().slot
    assert slot.utcoffset() == timedelta(0)


def test_html_bytes_count_what_everybody_gets() -> None:
    edition = make_edition(html=Template(("é", _LINK, "é")))

    assert edition.html_bytes == 4


def test_join_fills_placeholders_and_forgets_the_marks() -> None:
    template = Template(("a ", _START, _LINK, " ", _ADDRESS, _END, " b"))

    assert template.join({_LINK: "l", _ADDRESS: "r"}) == "a l r b"


def test_join_needs_every_value() -> None:
    with pytest.raises(KeyError):
        Template((_LINK,)).join({_ADDRESS: "r"})


def test_join_writes_values_as_they_are() -> None:
    assert Template((_LINK,)).join({_LINK: "{{ unsubscribe_url }}"}) == "{{ unsubscribe_url }}"


def test_public_leaves_out_what_is_only_for_the_mail() -> None:
    template = Template(("a", _START, "secret ", _LINK, _END, "b", _START, _ADDRESS, _END))

    assert template.public() == "ab"


def test_public_refuses_a_personal_value_outside_the_marks() -> None:
    with pytest.raises(KeyError):
        Template(("a", _LINK)).public()


def test_constant_is_what_is_in_every_message() -> None:
    assert Template(("a", _START, "b", _LINK, _END, "c")).constant() == "abc"
