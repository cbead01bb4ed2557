"""Values that cannot hold what must not be."""

from dataclasses import FrozenInstanceError, replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from pipeline.model.address import Address
from pipeline.model.controls import has_control
from pipeline.model.delivery import Sums
from pipeline.model.finding import Finding, Level
from pipeline.model.message import Envelope
from tests.factories import NOON, make_issue, make_slot, make_subscriber

_CONTROLS = ["\0", "\r", "\n", "\t", "\x7f", "\x85", "\u2028", "\u2029", "\x9f"]


@pytest.mark.parametrize("mark", _CONTROLS, ids=ascii)
def test_no_control_character_is_in_an_address(mark: str) -> None:
    assert has_control(f"a{mark}b")
    with pytest.raises(ValueError, match="control character"):
        Address(f"reader{mark}@mail.example")
    with pytest.raises(ValueError, match="control character"):
        Address("reader@mail.example", f"A{mark}Reader")


def test_no_control_character_is_hidden_in_an_address() -> None:
    for hidden in ("=?utf-8?q?=0ABcc:?=", "=?utf-8?b?DQo=?="):
        with pytest.raises(ValueError, match="control character"):
            Address("reader@mail.example", hidden)
        with pytest.raises(ValueError, match="control character"):
            Address(f"{hidden}@mail.example")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("reader", id="no at"),
        pytest.param("@mail.example", id="no local part"),
        pytest.param("reader@", id="no domain"),
    ],
)
def test_address_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        Address(text)


def test_address_has_its_parts() -> None:
    address = Address('"a@b"@mail.example', "A Reader")

    assert (address.local_part, address.domain) == ('"a@b"', "mail.example")
    assert str(address) == 'A Reader <"a@b"@mail.example>'
    assert str(Address("a@mail.example")) == "a@mail.example"


@pytest.mark.parametrize("mark", ["<", ">", " ", "\r", "\n"], ids=ascii)
def test_envelope_refuses_what_would_end_a_command(mark: str) -> None:
    with pytest.raises(ValueError, match="an envelope path holds"):
        Envelope("news@news.example", f"reader{mark}@mail.example")
    with pytest.raises(ValueError, match="an envelope path holds"):
        Envelope(f"news{mark}@news.example", "reader@mail.example")


def test_envelope_needs_a_recipient_and_may_have_no_sender() -> None:
    with pytest.raises(ValueError, match="needs a recipient"):
        Envelope("news@news.example", "")

    assert Envelope(None, "reader@mail.example").mail_from is None


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(NOON.replace(tzinfo=None), id="naive"),
        pytest.param(NOON.astimezone(timezone(timedelta(0), "GMT")), id="another zone"),
    ],
)
def test_slot_is_an_instant_in_utc(at: object) -> None:
    with pytest.raises(ValueError, match="in UTC"):
        make_slot(at=at)


@pytest.mark.parametrize(
    "changes", [pytest.param({"number": 0}, id="number 0"), pytest.param({"qas": ()}, id="no Q&A")]
)
def test_issue_refuses_what_no_issue_is(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an issue has"):
        make_issue(**changes)


def test_issue_has_the_slugs_in_its_order() -> None:
    assert make_issue().slugs == ("the-long-meeting", "the-short-meeting")


def test_sums_add_up() -> None:
    sums = Sums(planned=9, accepted=1, deferred=2, in_doubt=1, queued=5)

    assert sums.unfinished == 7
    with pytest.raises(ValueError, match="do not add up"):
        replace(sums, planned=10)


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        pytest.param("", {"line": 3}, id="no file"),
        pytest.param("content/tea.md", {"source": "content/tea.md"}, id="file"),
        pytest.param("content/tea.md:3", {"source": "content/tea.md", "line": 3}, id="line"),
        pytest.param(
            "content/tea.md:3:9",
            {"source": "content/tea.md", "line": 3, "column": 9},
            id="column",
        ),
    ],
)
def test_finding_names_its_place(place: str, changes: dict[str, Any]) -> None:
    finding = Finding(
        id="content/date", level=Level.ERROR, message="no date", remedy="write one", **changes
    )

    assert finding.place == place
    assert str(finding) == f"{place and place + ': '}no date, write one"


def test_values_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        make_subscriber().id = 2  # type: ignore[misc] # that is the point
