"""The bytes of a file, and the image in them."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from pipeline.content import image_looking
from pipeline.model.image import LARGEST, Image, ImageFault, ImageKind
from tests import outside
from tests.images import bomb, draw, film, photograph, written


def look(data: bytes, source: str = "content/map.png") -> Image:
    found = image_looking.look(data, source)
    assert isinstance(found, Image)
    return found


def fault(data: bytes, source: str = "content/map.png") -> ImageFault:
    found = image_looking.look(data, source)
    assert isinstance(found, ImageFault)
    return found


@pytest.mark.parametrize(
    ("form", "source", "kind"),
    [
        ("PNG", "content/a.png", ImageKind.PNG),
        ("PNG", "content/A.PNG", ImageKind.PNG),
        ("JPEG", "content/a.jpg", ImageKind.JPEG),
        ("JPEG", "content/a.JPEG", ImageKind.JPEG),
        ("GIF", "content/a.gif", ImageKind.GIF),
        ("WEBP", "content/a.webp", ImageKind.WEBP),
    ],
)
def test_measures_an_image_and_knows_it_by_its_bytes(
    form: str, source: str, kind: ImageKind
) -> None:
    data = draw(60, 40, form)

    found = look(data, source)

    assert (found.kind, found.width, found.height) == (kind, 60, 40)
    assert (found.size, found.source) == (len(data), source)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert (found.is_animated, found.is_turned, found.has_location) == (False, False, False)


def test_a_photograph_that_is_turned_is_measured_as_it_is_shown() -> None:
    found = look(photograph(60, 40, turn=6), "content/a.jpg")

    assert (found.width, found.height) == (40, 60)
    assert found.is_turned


def test_a_photograph_that_stands_on_its_head_keeps_its_sides() -> None:
    found = look(photograph(60, 40, turn=3), "content/a.jpg")

    assert (found.width, found.height, found.is_turned) == (60, 40, True)


def test_notices_where_a_photograph_was_taken() -> None:
    assert look(photograph(place=True), "content/a.jpg").has_location


def test_an_animation_is_an_image() -> None:
    assert look(film(), "content/a.gif").is_animated


@pytest.mark.parametrize(("mode", "is_for_print"), [("CMYK", True), ("RGB", False), ("L", False)])
def test_notices_a_photograph_in_the_colours_of_print(mode: str, *, is_for_print: bool) -> None:
    found = look(written(Pillow.new(mode, (60, 40)), "JPEG", progressive=True), "content/a.jpg")

    assert found.is_for_print == is_for_print


def test_a_png_that_moves_is_an_image() -> None:
    pictures = [Pillow.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    data = written(pictures[0], "PNG", save_all=True, append_images=pictures[1:])

    assert look(data).is_animated


def test_two_photographs_in_one_file_are_the_first_one() -> None:
    pictures = [Pillow.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    data = written(pictures[0], "MPO", save_all=True, append_images=pictures[1:])

    assert look(data, "content/a.jpg").kind is ImageKind.JPEG


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"<!DOCTYPE html><p>404", "a web page", id="a page"),
        pytest.param(b"<?xml version='1.0'?>\n<svg xmlns='x'/>", "an SVG drawing", id="svg"),
        pytest.param(b"%PDF-1.7", "a PDF", id="pdf"),
        pytest.param(b"\0\0\0\x1cftypavif", "a film, an AVIF or a HEIC", id="avif"),
        pytest.param(draw(form="TIFF"), "a TIFF", id="tiff"),
        pytest.param(written(Pillow.new("CMYK", (60, 40)), "TIFF"), "a TIFF", id="tiff in cmyk"),
        pytest.param(written(Pillow.new("I;16", (60, 40)), "TIFF"), "a TIFF", id="tiff of 16 bits"),
        pytest.param(draw(form="BMP"), "a bitmap", id="bmp"),
        pytest.param(
            b"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS", id="lfs"
        ),
        pytest.param(b"hello", "a text", id="a text"),
        pytest.param(b"x" * 511 + "é".encode(), "a text", id="a text cut in a letter"),
    ],
)
def test_names_what_is_not_an_image(data: bytes, what: str) -> None:
    found = fault(data)

    assert found.message == f"content/map.png is {what}, not an image"
    assert not found.is_left_out
    assert found.remedy


@pytest.mark.parametrize("data", [b"\xff\xfe\xfd", b"PK\x03\x04"])
def test_says_in_words_that_bytes_are_no_image(data: bytes) -> None:
    assert fault(data).message == "content/map.png begins with bytes that begin no image"


@pytest.mark.parametrize(
    ("form", "source"),
    [("PNG", "content/a.png"), ("JPEG", "content/a.jpg"), ("WEBP", "content/a.webp")],
)
def test_refuses_an_image_whose_end_is_missing(form: str, source: str) -> None:
    data = draw(300, 200, form)

    assert "is damaged" in fault(data[: len(data) // 2], source).message


def test_refuses_an_ending_that_lies() -> None:
    found = fault(draw(form="JPEG"), "content/a.png")

    assert str(found.message) == "content/a.png is a JPEG by another ending"
    assert found.remedy == "rename it to end in .jpg"


def test_refuses_what_unpacks_to_gigabytes_without_unpacking_it() -> None:
    found = fault(bomb())

    assert "has more pixels than a mail can show" in found.message
    assert "mogrify" in found.remedy


def test_refuses_more_pixels_than_a_mail_shows() -> None:
    found = fault(written(Pillow.new("1", (10_000, 6_000)), "PNG"))

    assert "has 10,000 x 6,000 pixels, more than a mail can show" in found.message


def test_refuses_an_animation_of_too_many_pixels() -> None:
    frame = Pillow.new("1", (3_000, 3_000))
    dot = Pillow.new("1", (3_000, 3_000), 1)
    data = written(frame, "GIF", save_all=True, append_images=[dot, frame, dot, frame, dot])

    assert "3,000 x 3,000 pixels in many frames" in fault(data, "content/a.gif").message


def test_refuses_an_animation_without_end() -> None:
    frames = [Pillow.new("1", (2, 2), number % 2) for number in range(1_002)]
    data = written(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert "in many frames" in fault(data, "content/a.gif").message


def test_notices_what_lets_the_ground_through() -> None:
    clear = Pillow.new("RGBA", (60, 40), (0, 0, 0, 0))
    opaque = Pillow.new("RGBA", (60, 40), (0, 0, 0, 255))

    assert look(written(clear, "PNG")).is_clear
    assert not look(written(opaque, "PNG")).is_clear


def test_refuses_too_many_bytes_without_looking_into_them() -> None:
    found = fault(b"\0" * (LARGEST + 1))

    assert "more than 10,000,000 bytes" in found.message
    assert "mogrify" in found.remedy


@given(st.data(), st.sampled_from([("PNG", "a.png"), ("JPEG", "a.jpg"), ("GIF", "a.gif")]))
def test_whatever_the_bytes_are_it_answers(data: st.DataObject, form: tuple[str, str]) -> None:
    whole = bytearray(draw(20, 10, form[0]))
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    found = image_looking.look(bytes(whole), f"content/{form[1]}")

    assert isinstance(found, (Image, ImageFault))


def test_the_command_of_the_remedy_makes_a_photograph_fit(tmp_path: Path) -> None:
    outside.need("mogrify")
    path = tmp_path / "it's me.jpg"
    before = path.write_bytes(photograph(1_600, 1_200, turn=6, place=True))

    subprocess.run(  # noqa: S602 - as a person types it
        image_looking.shrink("it's me.jpg"), shell=True, cwd=tmp_path, check=True
    )
    found = look(path.read_bytes(), "it's me.jpg")

    assert (found.width, found.is_turned, found.has_location) == (1_104, False, False)
    assert found.size < before
