"""The images that a message carries."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.composing import Composer, Letterhead
from pipeline.model.address import Address
from pipeline.model.edition import Edition, Placeholder, Template
from pipeline.model.image import ImageKind
from tests.factories import NOON, make_edition, make_recipient
from tests.images import draw, make_edition_image, photograph

_LETTERHEAD = Letterhead(
    title="The Corner Office",
    from_=Address("letters@bücher.example", "The Corner Office"),
    list_id="corner-office.news.example",
)
PNG, JPEG = draw(), photograph()
IMAGES = (
    make_edition_image(PNG, attached=True),
    make_edition_image(JPEG, kind=ImageKind.JPEG, attached=True),
)


def showing(*urls: str) -> Edition:
    parts = [f'<p>One</p><img src="{url}" alt="a">' for url in urls]
    link = Placeholder.UNSUBSCRIBE_URL
    html = Template((*parts, Placeholder.MAIL_ONLY_START, link, Placeholder.MAIL_ONLY_END))
    return make_edition(html=html)


def compose(data: tuple[bytes, ...] = (PNG, JPEG), **changes: Any) -> bytes:
    images = changes.pop("images", IMAGES)
    edition = showing(*(image.url for image in images))
    composer = Composer(
        make_edition(images=images, html=edition.html),
        _LETTERHEAD,
        nonce="n" * 32,
        date=NOON,
        unsubscribe_url=lambda _: "https://news.example/u/token",
        images={image.url: it for image, it in zip(images, data, strict=True)},
        **changes,
    )
    return composer.compose(make_recipient())[1].data


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _defects(message: Any) -> Iterator[object]:
    yield from message.defects
    for part in message.iter_parts():
        yield from _defects(part)


def test_html_and_its_images_are_one_part_beside_the_text() -> None:
    message = read(compose())

    text, related = message.iter_parts()
    html, *images = related.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    assert related.get_param("type") == "text/html"
    assert html.get_content_type() == "text/html"
    assert [part.get_content_type() for part in images] == ["image/png", "image/jpeg"]
    assert [part.get_content() for part in images] == [PNG, JPEG]
    assert [part.get_content_disposition() for part in images] == ["inline", "inline"]
    assert [part.get_filename() for part in images] == [image.name for image in IMAGES]
    assert list(_defects(message)) == []


def test_html_names_its_images_by_their_content_ids() -> None:
    html = read(compose()).get_body(("related",))
    assert isinstance(html, EmailMessage)

    page, *images = html.iter_parts()
    sources = re.findall(r'src="cid:([^"]+)"', page.get_content())
    assert [f"<{source}>" for source in sources] == [part["Content-ID"] for part in images]
    assert "https://news.example/images/" not in page.get_content()


def test_lines_are_as_long_as_they_may_be_and_end_in_crlf() -> None:
    data = compose(
        (PNG, photograph(900, 600)),
        images=(
            IMAGES[0],
            make_edition_image(photograph(900, 600), kind=ImageKind.JPEG, attached=True),
        ),
    )

    lines = data.split(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)
    assert max(map(len, lines)) <= 78
    assert not any(line.startswith(b".") for line in lines)


def test_resend_has_the_same_bytes() -> None:
    assert compose() == compose()


def test_hosted_images_are_not_carried() -> None:
    hosted = make_edition_image(PNG)

    data = compose((PNG,), images=(hosted,))

    assert b"multipart/related" not in data
    assert hosted.url in read(data).get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_an_image_whose_bytes_are_not_there_is_never_left_out_in_silence() -> None:
    with pytest.raises(KeyError):
        Composer(
            make_edition(images=IMAGES),
            _LETTERHEAD,
            nonce="n" * 32,
            date=NOON,
            unsubscribe_url=lambda _: "https://news.example/u/token",
        )


@given(st.binary(max_size=400))
def test_any_bytes_arrive_as_they_were(data: bytes) -> None:
    image = make_edition_image(data, attached=True)

    message = read(compose((data,), images=(image,)))

    *_, part = message.walk()
    assert part.get_payload(decode=True) == data
