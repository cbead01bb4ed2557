"""The images that each message carries (multipart/related, RFC 2387); encoded once per issue.

An image is named by its hash in the Content-ID too, so a resend has the same bytes, and a mail
program that shows several issues of a thread mixes nothing up.
"""

import base64
from collections.abc import Mapping, Sequence

from pipeline.model.edition import Edition, Template
from pipeline.model.image import EditionImage

#: Columns of a line (RFC 2045, section 6.8): 57 bytes.
_LINE = 76


def attached(edition: Edition) -> tuple[EditionImage, ...]:
    """Give the images that the messages of an edition carry."""
    return tuple(image for image in edition.images if image.attached)


def html_of(edition: Edition, domain: str) -> Template:
    """Give the HTML part, whose attached images are named by Content-ID (RFC 2392)."""
    return edition.html_with(
        {image.url: f"cid:{_content_id(image, domain)}" for image in attached(edition)}
    )


def opening(outer: str, inner: str) -> bytes:
    """Begin the part that holds the HTML and its images, between the two boundaries."""
    return (
        f"\r\n--{outer}\r\n"
        'Content-Type: multipart/related; type="text/html";\r\n'
        f' boundary="{inner}"\r\n'
    ).encode()


def closing(
    images: Sequence[EditionImage], data: Mapping[str, bytes], boundary: str, domain: str
) -> bytes:
    """Write the images after the HTML, and end the part that holds them.

    ``data`` has the bytes by URL. Raises KeyError when those of an image are not among them.
    """
    parts = [
        (
            f"\r\n--{boundary}\r\n"
            f"Content-Type: {image.kind.media_type}\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            f"Content-ID: <{_content_id(image, domain)}>\r\n"
            f'Content-Disposition: inline; filename="{image.name}"\r\n\r\n'
        ).encode()
        + _encoded(data[image.url])
        for image in images
    ]
    return b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()])


def _content_id(image: EditionImage, domain: str) -> str:
    return f"{image.name.partition('.')[0]}@{domain}"


def _encoded(data: bytes) -> bytes:
    text = base64.b64encode(data)
    return b"\r\n".join(text[start : start + _LINE] for start in range(0, len(text), _LINE))
