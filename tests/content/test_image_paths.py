"""Where the image may lie that a text asks for."""

from pathlib import PurePosixPath
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content import image_paths
from pipeline.model.image import ImageFault

_DEEP = "content/2026/long.md"


@pytest.mark.parametrize(
    ("reference", "source", "first"),
    [
        pytest.param("map.png", "content/a.md", "content/map.png", id="beside"),
        pytest.param("pictures/map.png", _DEEP, "content/2026/pictures/map.png", id="in a folder"),
        pytest.param("./map.png", _DEEP, "content/2026/map.png", id="from here"),
        pytest.param("../map.png", _DEEP, "content/map.png", id="a folder up"),
        pytest.param("my%20map.png", "content/a.md", "content/my map.png", id="a blank"),
        pytest.param("100%25.png", "content/a.md", "content/100%.png", id="a per cent sign"),
        pytest.param("a%3Fb.png", "content/a.md", "content/a?b.png", id="a question mark"),
        pytest.param("map.png?v=2#top", "content/a.md", "content/map.png", id="a query"),
        pytest.param("MAP.PNG", "content/a.md", "content/MAP.PNG", id="capitals"),
        pytest.param("map.png", "issues/0007.md", "content/map.png", id="of an issue file"),
        pytest.param("../content/map.png", "issues/0007.md", "content/map.png", id="from issues"),
        pytest.param("map.png", "", "content/map.png", id="of no file"),
        pytest.param("..../map.png", "content/a.md", "content/..../map.png", id="four dots"),
    ],
)
def test_counts_from_the_text_s_folder(reference: str, source: str, first: str) -> None:
    found = image_paths.places(reference, source)

    assert not isinstance(found, ImageFault)
    assert found[0] == first


def test_counts_from_the_content_folder_as_well() -> None:
    assert image_paths.places("pictures/map.png", _DEEP) == (
        "content/2026/pictures/map.png",
        "content/pictures/map.png",
    )


def test_knows_a_name_in_both_forms_of_unicode() -> None:
    assert image_paths.places("caf%C3%A9.png", "content/a.md") == (
        "content/caf\u00e9.png",
        "content/cafe\u0301.png",
    )


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        pytest.param("https://a.example/map.png", "lies on the web", id="https"),
        pytest.param("HTTP://a.example/map.png", "lies on the web", id="http"),
        pytest.param("//a.example/map.png", "lies on the web", id="no scheme"),
        pytest.param("file:///etc/passwd", "no path in the content folder", id="file"),
        pytest.param("data:image/png;base64,AAAA", "no path in the content folder", id="data"),
        pytest.param("cid:map", "no path in the content folder", id="cid"),
        pytest.param("C:/map.png", "no path in the content folder", id="a drive"),
        pytest.param("/etc/passwd", "an absolute path", id="absolute"),
        pytest.param("%2Fetc/passwd", "an absolute path", id="absolute, encoded"),
        pytest.param("../newsletter.toml", "leads out of", id="up"),
        pytest.param("%2e%2e/newsletter.toml", "leads out of", id="up, encoded"),
        pytest.param("a/../../.secrets/token.key", "leads out of", id="down and up"),
        pytest.param("../../../../etc/passwd", "leads out of", id="far up"),
        pytest.param("pictures%5Cmap.png", "is no path", id="backslash"),
        pytest.param("map%00.png", "is no path", id="NUL"),
        pytest.param("map%0A.png", "is no path", id="line feed"),
        pytest.param("%FF.png", "is no path", id="not UTF-8"),
        pytest.param("http://[", "is no path", id="half an address"),
        pytest.param("", "names no file", id="nothing"),
        pytest.param("..", "names no file", id="dots"),
        pytest.param("#top", "names no file", id="a place in the page"),
    ],
)
def test_leaves_out_what_is_never_looked_at(reference: str, words: str) -> None:
    found = image_paths.places(reference, "content/a.md")

    assert isinstance(found, ImageFault)
    assert found.is_left_out
    assert words in found.message
    assert found.remedy


_STEP = st.sampled_from(
    ["..", ".", "a", "%2e%2e", "%2F", "", "...", "content", ".secrets", "b.png"]
)


@given(
    st.lists(_STEP, max_size=8).map("/".join) | st.text(), st.sampled_from(["", _DEEP, "x/y.md"])
)
def test_no_reference_leads_out_of_the_content_folder(reference: str, source: str) -> None:
    found = image_paths.places(reference, source)

    for place in () if isinstance(found, ImageFault) else found:
        steps = PurePosixPath(place).parts
        assert steps[0] == "content"
        assert len(steps) > 1
        assert ".." not in steps
        assert not place.startswith("/")


@given(
    st.text(
        st.characters(exclude_characters="/\\\x00", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    )
)
def test_every_name_that_a_file_may_have_can_be_asked_for(name: str) -> None:
    if not name.strip(". ") or "\ufffd" in name:
        return

    found = image_paths.places(quote(name, safe=""), "content/a.md")

    assert not isinstance(found, ImageFault)
    assert found[0] == f"content/{name}"
