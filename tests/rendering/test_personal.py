import pytest

from pipeline.model.edition import Placeholder
from pipeline.rendering import personal


def test_a_hostile_address_is_escaped_in_html():
    values = personal.for_html(
        unsubscribe_url='https://news.example/u/a"b&c', address='"<script>"@mail.example'
    )

    assert values == {
        Placeholder.UNSUBSCRIBE_URL: "https://news.example/u/a&quot;b&amp;c",
        Placeholder.ADDRESS: "&quot;&lt;script&gt;&quot;@mail.example",
    }


def test_text_holds_the_values_as_they_are():
    values = personal.for_text(
        unsubscribe_url="https://news.example/u/a", address="a&b@mail.example"
    )

    assert values[Placeholder.ADDRESS] == "a&b@mail.example"


@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x85", "\u2028"])
def test_refuses_a_control_character(character):
    with pytest.raises(ValueError, match="control"):
        personal.for_text(unsubscribe_url="https://news.example", address=f"a{character}@b.example")
