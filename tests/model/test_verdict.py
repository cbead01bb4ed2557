import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.model import client_features, finding_ids
from pipeline.model.finding import Finding, Level
from pipeline.model.verdict import Silence, is_at, settle, unused


def make_finding(name: str = "link/insecure", level: Level = Level.NOTE) -> Finding:
    return Finding(id=name, level=level, message="it is so")


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param({}, Level.NOTE, id="as it comes"),
        pytest.param({"link/insecure": Level.ERROR}, Level.ERROR, id="by its name"),
        pytest.param({"link": Level.WARNING}, Level.WARNING, id="by its group"),
        pytest.param(
            {"link": None, "link/insecure": Level.WARNING}, Level.WARNING, id="name before group"
        ),
        pytest.param({"link/in": Level.ERROR, "lin": Level.ERROR}, Level.NOTE, id="no beginnings"),
    ],
)
def test_a_site_says_how_bad_a_finding_is(levels, expected):
    (finding,) = settle([make_finding()], levels)

    assert finding.level is expected


def test_a_site_hears_nothing_of_what_is_off():
    assert settle([make_finding()], {"link/insecure": None}) == ()


def test_a_silenced_finding_stays_with_its_reason_and_counts_no_more():
    (finding,) = settle(
        [make_finding(level=Level.WARNING)], {}, [Silence("link", "the archive has no https")]
    )

    assert finding.silenced == "the archive has no https"
    assert not is_at(finding, Level.WARNING)


def test_what_a_site_made_an_error_is_not_silenced_and_the_editor_hears_so():
    silences = [Silence("link", "known")]
    found = settle([make_finding()], {"link": Level.ERROR}, silences)

    assert [(one.level, one.silenced) for one in found] == [(Level.ERROR, "")]
    assert is_at(found[0], Level.ERROR)
    (told,) = unused(found, silences, "issues/1.md")
    assert "an error here" in told.message


def test_an_error_is_neither_lowered_nor_silenced():
    clip = make_finding("size/clip", Level.ERROR)

    assert settle([clip], {"size/clip": None}, [Silence("size/clip", "I like it long")]) == (clip,)


@pytest.mark.parametrize(
    ("silence", "level"),
    [
        pytest.param("link/empty", Level.NOTE, id="not there"),
        pytest.param("size/clip", Level.WARNING, id="an error"),
    ],
)
def test_a_silence_that_silences_nothing_is_told(silence, level):
    found = [make_finding(), make_finding("size/clip", Level.ERROR)]

    (told,) = unused(found, [Silence(silence, "why", line=7), Silence("link", "x")], "issues/1.md")
    assert (told.id, told.level, told.place) == ("issue/silence", level, "issues/1.md:7")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("link/insecure", True),
        ("link", True),
        ("client-support", True),
        ("client-support/css-border-radius", True),
        ("client-support/css-foo", False),
        ("client-support/", False),
        ("insecure", False),
        ("", False),
    ],
)
def test_knows_the_names_of_findings_and_of_their_groups(name, known):
    assert finding_ids.is_known(name) is known


def test_finds_the_name_that_was_meant():
    assert finding_ids.nearest("link/unsecure") == "link/insecure"
    assert finding_ids.nearest("xyzzy") == ""


def test_the_names_of_features_are_those_of_the_data():
    data = json.loads(
        (files("pipeline.rendering.client_support") / "data/caniemail.json").read_text("utf-8")
    )

    assert set(data["features"]) == client_features.SLUGS


def test_what_is_always_an_error_is_what_the_page_of_findings_says():
    page = (Path(__file__).parents[2] / finding_ids.PAGE).read_text("utf-8")

    assert set(re.findall(r"^\| `([^`]+)` \| error \|", page, re.MULTILINE)) == finding_ids.GUARDS
