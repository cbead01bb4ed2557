"""An image is known by its bytes, and named after them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.image import EditionImage, ImageKind, is_name, kind_of
from tests.images import SHA256, make_edition_image, make_image


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sha256": "abc"}, id="a hash that is none"),
        pytest.param({"sha256": SHA256.upper()}, id="a hash in capitals"),
        pytest.param({"width": 0}, id="no width"),
        pytest.param({"height": -1}, id="a height below nothing"),
        pytest.param({"size": 0}, id="no bytes"),
    ],
)
def test_refuses_what_no_image_is(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an image "):
        make_image(**changes)


@pytest.mark.parametrize("kind", ImageKind)
def test_its_name_is_its_hash_and_tells_its_kind(kind: ImageKind) -> None:
    image = make_image(kind=kind)

    assert image.name.startswith(SHA256[:32])
    assert is_name(image.name)
    assert kind_of(image.name) is kind


@pytest.mark.parametrize(
    "name",
    [
        "",
        "map.png",
        f"{SHA256[:31]}.png",
        f"{SHA256[:32]}.svg",
        f"{SHA256[:32]}.jpeg",
        f"{SHA256[:32]}.png\n",
        f"../{SHA256[:32]}.png",
        f"{SHA256[:32].upper()}.png",
    ],
)
def test_no_other_text_is_such_a_name(name: str) -> None:
    assert not is_name(name)


def test_where_it_lies_is_no_part_of_what_it_is() -> None:
    assert make_image(source="content/a.png") == make_image(source="content/b.png")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sha256": "abc"}, id="a hash that is none"),
        pytest.param({"url": "https://news.example/images/map.png"}, id="an address of another"),
    ],
)
def test_refuses_what_no_image_of_an_edition_is(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an image"):
        make_edition_image(**changes)


@given(st.binary(), st.sampled_from(ImageKind), st.booleans())
def test_is_read_back_from_its_json(data: bytes, kind: ImageKind, attached: bool) -> None:
    image = make_edition_image(data, kind=kind, attached=attached)

    assert EditionImage.from_json(image.as_json()) == image
