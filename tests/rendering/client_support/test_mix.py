import re
from pathlib import Path

import pytest

from pipeline.rendering.client_support import mix, support

_MANUAL = Path("docs/reference/newsletter-toml.md")


def _shares(parts: dict[str, object]) -> dict[str, float]:
    return {client: round(share, 4) for client, share in mix.parse(parts).shares}


def test_parts_become_shares_whatever_they_add_up_to():
    assert _shares({"outlook.windows": 300, "samsung-email": 100}) == {
        "outlook.windows": 0.75,
        "samsung-email.android": 0.25,
    }


def test_a_family_is_divided_as_in_the_usual_mix():
    assert _shares({"apple-mail": 9}) == {"apple-mail.ios": 0.7778, "apple-mail.macos": 0.2222}


def test_a_family_of_which_nothing_is_known_is_divided_evenly():
    assert set(_shares({"protonmail": 1}).values()) == {0.3333}


def test_a_program_without_readers_has_no_share():
    assert _shares({"gmail.ios": 1, "yahoo": 0}) == {"gmail.ios": 1.0}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        pytest.param({"gmial": 1}, "'gmial': did you mean gmail?", id="family"),
        pytest.param({"Outlook Windows": 1}, "did you mean outlook.windows?", id="as-people-write"),
        pytest.param({"outlook.linux": 1}, "did you mean outlook.", id="program"),
        pytest.param({"xyzzy": 1}, "known are aol, apple-mail,", id="unlike-any"),
        pytest.param({"gmail": -1}, "must give gmail a number from 0", id="negative"),
        pytest.param({"gmail": "1"}, "must give gmail a number from 0", id="text"),
        pytest.param({"gmail": True}, "must give gmail a number from 0", id="switch"),
        pytest.param({"gmail": float("nan")}, "must give gmail a number from 0", id="no-number"),
        pytest.param({"gmail": 0}, "at least one mail program", id="nobody"),
        pytest.param({}, "at least one mail program", id="empty"),
        pytest.param({"gmail": 1, "gmail.ios": 1}, "gmail.ios by itself and with", id="twice"),
    ],
)
def test_says_what_makes_no_mix(parts, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        mix.parse(parts)


def test_the_usual_mix_is_of_programs_that_caniemail_tests():
    usual = mix.usual()

    assert {client for client, _ in usual.shares} <= set(support.load().clients)


def test_the_manual_names_every_program_and_the_usual_mix():
    manual = _MANUAL.read_text(encoding="utf-8")

    assert [one for one in support.load().clients if f"`{one}`" not in manual] == []
    assert [
        (client, share)
        for client, share in mix.usual().shares
        if f"`{client}` {round(share * 100, 1):g}" not in manual
    ] == []
