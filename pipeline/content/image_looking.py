"""The bytes of a file -> the image in them, or why there is none that a mail can show."""

import codecs
import hashlib
import io
import re
import shlex
import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress

from PIL import ExifTags, ImageFile
from PIL import Image as Pillow

from pipeline.model.image import LARGEST, Image, ImageFault, ImageKind

#: Pixels that are unpacked to see whether they are all there; all frames of an animation together.
MOST_PIXELS = 50_000_000
#: Frames of an animation; at twelve in a second it lasts a minute and a half.
_MOST_FRAMES = 1_000

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
#: What the formats' readers raise on damaged bytes.
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, ArithmeticError),
    *(AttributeError, RuntimeError, MemoryError, struct.error, zlib.error),
)
#: How the bytes of an image begin that is shown everywhere, or nearly.
_BEGINNING = re.compile(rb"\x89PNG|\xff\xd8|GIF8|RIFF....WEBP", re.DOTALL)
#: What the mark of a camera says that was held upright.
_TURNED_SIDEWAYS = (5, 6, 7, 8)
_NOT_SHOWN = "save it as PNG or JPEG: not every mail program shows anything else"


def _is_text(head: bytes) -> bool:
    try:
        # The last letter may be cut in two.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter.isspace() for letter in text)


#: What else people take for an image, by how its bytes begin in lower case.
_OTHERS: Mapping[str, Callable[[bytes], bool]] = {
    "a web page": lambda head: head.startswith((b"<!doctype html", b"<html")),
    "an SVG drawing": lambda head: b"<svg" in head,
    "a PDF": lambda head: head.startswith(b"%pdf"),
    "a film, an AVIF or a HEIC": lambda head: head[4:8] == b"ftyp",
    "a TIFF": lambda head: head.startswith((b"ii*\0", b"mm\0*")),
    "a bitmap": lambda head: head.startswith(b"bm"),
    "a pointer of Git LFS": lambda head: head.startswith(b"version https://git-lfs"),
    "a text": _is_text,
}


def look(data: bytes, source: str) -> Image | ImageFault:
    """Look into the bytes of ``source``, a path relative to the site."""
    if len(data) > LARGEST:
        return ImageFault(
            f"{source} has more than {LARGEST:,} bytes", f"make it smaller: `{shrink(source)}`"
        )
    with warnings.catch_warnings():
        # Pillow warns of what it can live with.
        warnings.simplefilter("ignore")
        try:
            return _look(Pillow.open(io.BytesIO(data), formats=_FORMATS), data, source)
        except Pillow.DecompressionBombError:
            return _too_many(source, "more pixels")
        except _DAMAGE:
            if not _BEGINNING.match(data):
                return ImageFault(f"{source} {_what(data)}", _NOT_SHOWN)
            return ImageFault(
                f"{source} is damaged: its end is missing, or what it says of itself is not true",
                "save it once more from where it was made",
            )


def shrink(source: str) -> str:
    """Give the command that makes a photograph fit for mail: smaller, upright, without a place."""
    return f"mogrify -auto-orient -strip -resize '1104x>' -quality 82 {shlex.quote(source)}"


def _look(picture: ImageFile.ImageFile, data: bytes, source: str) -> Image | ImageFault:
    # A camera may put a second picture behind the first one; MPO is such a JPEG.
    kind = ImageKind.JPEG if picture.format == "MPO" else ImageKind(str(picture.format).lower())
    if not source.lower().endswith(kind.endings):
        return ImageFault(
            f"{source} is a {kind.name} by another ending", f"rename it to end in {kind.endings[0]}"
        )
    width, height = picture.size
    if width * height > MOST_PIXELS:
        return _too_many(source, f"{width:,} x {height:,} pixels, more")
    if kind is ImageKind.JPEG:
        # An eighth of the pixels shows as well whether all of the bytes are there.
        picture.draft(None, (1, 1))
    picture.load()
    clear = picture.has_transparency_data and _is_clear(picture)
    frames = _load_frames(picture) if kind is not ImageKind.JPEG else 1
    if frames is None:
        return _too_many(source, f"{width:,} x {height:,} pixels in many frames, more in all")
    exif = picture.getexif()
    turn = exif.get(ExifTags.Base.Orientation, 1)
    if turn in _TURNED_SIDEWAYS:
        width, height = height, width
    return Image(
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        width=width,
        height=height,
        size=len(data),
        source=source,
        is_animated=frames > 1,
        is_clear=clear,
        is_turned=turn in range(2, 9),
        # Also what a JPEG calls YCCK.
        is_for_print=picture.mode == "CMYK",
        has_location=_has_location(exif) or b"GPSLatitude" in data,
    )


def _load_frames(picture: ImageFile.ImageFile) -> int | None:
    """Unpack every frame and count them; ``None`` when they are too many to be unpacked."""
    pixels = picture.width * picture.height
    for frame in range(1, _MOST_FRAMES + 1):
        if pixels * (frame + 1) > MOST_PIXELS:
            return None if _has_frame(picture, frame) else frame
        if not _has_frame(picture, frame):
            return frame
        picture.load()
    return None


def _has_frame(picture: ImageFile.ImageFile, frame: int) -> bool:
    try:
        picture.seek(frame)
    except EOFError:
        return False
    return True


def _is_clear(picture: ImageFile.ImageFile) -> bool:
    """Tell whether what lies behind a picture shines through, somewhere."""
    opacities = picture.convert("RGBA").getchannel("A").histogram()
    return any(opacities[:128])


def _too_many(source: str, pixels: str) -> ImageFault:
    return ImageFault(
        f"{source} has {pixels} than a mail can show", f"make it smaller: `{shrink(source)}`"
    )


def _has_location(exif: Pillow.Exif) -> bool:
    place = {}
    # A damaged table tells nothing.
    with suppress(*_DAMAGE):
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    return any(tag in place for tag in (ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitude))


def _what(data: bytes) -> str:
    """Say what people took for an image, by its first bytes."""
    if not data:
        return "is empty, not an image"
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for name, is_it in _OTHERS.items():
        if is_it(head):
            return f"is {name}, not an image"
    return "begins with bytes that begin no image"
