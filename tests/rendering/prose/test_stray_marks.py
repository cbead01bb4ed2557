"""What somebody meant for a link or an image: the remedy fits what it is."""

import pytest

from pipeline.rendering.prose import markdown

_PATH = "name a file of the content folder by its path"
_ADDRESS = "lead to an address that begins with https:// or mailto:"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        pytest.param("![x](<file:///a/b.png>)", _PATH, id="an image in brackets"),
        pytest.param("![x](file:///a/b.png)", _PATH, id="an image"),
        pytest.param("[x](<file:///a>)", _ADDRESS, id="a link in brackets"),
        pytest.param("[x](file:///a)", _ADDRESS, id="a link"),
        pytest.param(
            "![x](<a.png)",
            "write ![words](pictures/map.png), with the path in <> where it holds odd signs",
            id="an image by an odd path",
        ),
    ],
)
def test_the_remedy_is_for_what_was_meant(text, remedy):
    (stray,) = markdown.parse(f"See {text}.").strays

    assert stray.remedy == remedy
