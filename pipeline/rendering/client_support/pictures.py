"""What the address of a picture tells about its format. Nothing is fetched."""

import binascii
from collections.abc import Iterator
from urllib.parse import unquote

#: The formats by the ends of files and the subtypes of ``image/``.
_FORMATS = {
    "apng": "apng",
    "vnd.mozilla.apng": "apng",
    "avif": "avif",
    "avifs": "avif",
    "bmp": "bmp",
    "dib": "bmp",
    "x-ms-bmp": "bmp",
    "gif": "gif",
    "hdr": "hdr",
    "vnd.radiance": "hdr",
    "heic": "heif",
    "heics": "heif",
    "heif": "heif",
    "heifs": "heif",
    "hif": "heif",
    "ico": "ico",
    "cur": "ico",
    "vnd.microsoft.icon": "ico",
    "x-icon": "ico",
    "jfif": "jpg",
    "jpe": "jpg",
    "jpeg": "jpg",
    "jpg": "jpg",
    "pjpeg": "jpg",
    "m4v": "mp4",
    "mp4": "mp4",
    "png": "png",
    "svg": "svg",
    "svg+xml": "svg",
    "svgz": "svg",
    "tif": "tiff",
    "tiff": "tiff",
    "webp": "webp",
}
# An animated PNG says so before its first picture.
_ANIMATED = b"acTL"
_HEAD = 4096


def facts(url: str) -> Iterator[str]:
    """Tell the format of the picture at an address."""
    url = url.strip()
    if url[:5].lower() == "data:":
        header, _, body = url[5:].partition(",")
        yield from of_type(header.split(";")[0])
        if header.lower().replace(" ", "").endswith(";base64"):
            yield "image base64"
            if _ANIMATED in _decoded(body[:_HEAD]):
                yield "image apng"
    else:
        # Some hosts write their parameters without a question mark.
        path = url.replace("?", "#").replace("&", "#").replace(";", "#").partition("#")[0]
        _, dot, ending = path.rpartition("/")[2].rpartition(".")
        if dot and ending.lower() in _FORMATS:
            yield f"image {_FORMATS[ending.lower()]}"


def of_type(media_type: str) -> Iterator[str]:
    """Tell the format that a media type names."""
    kind, _, subtype = media_type.strip().lower().partition("/")
    if kind == "image" and subtype in _FORMATS:
        yield f"image {_FORMATS[subtype]}"
    elif (kind, subtype) == ("video", "mp4"):
        yield "image mp4"


def in_srcset(value: str) -> Iterator[str]:
    """Give the addresses of a srcset: each first word between commas that end one."""
    expects_url = True
    for word in value.split():
        if expects_url:
            yield word.rstrip(",")
            expects_url = word.endswith(",")
        else:
            expects_url = word.endswith(",")


def _decoded(text: str) -> bytes:
    letters = "".join(unquote(text).split())
    try:
        return binascii.a2b_base64(letters[: len(letters) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""
