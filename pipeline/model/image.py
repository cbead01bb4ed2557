"""An image that a text shows: what was found out about its file, and how an edition names it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: Bytes of an image; what is larger is not even looked into.
LARGEST = 10_000_000

_SHA256 = re.compile(r"[0-9a-f]{64}")
#: Digits of the hash in a name: 128 bits, which nobody can collide with or guess.
_DIGITS = 32
_NAME = re.compile(rf"[0-9a-f]{{{_DIGITS}}}\.(?:png|jpg|gif|webp)")


class ImageKind(StrEnum):
    """What mail programs show. Not SVG: Gmail and Outlook leave it out."""

    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    #: Outlook on Windows leaves it out.
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self.value}"

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of a file's name that tell the truth; the usual one first."""
        return (".jpg", ".jpeg", ".jpe", ".jfif") if self is ImageKind.JPEG else (f".{self.value}",)


def is_name(text: str) -> bool:
    """Tell whether a text could be the name of an image that is kept under its hash."""
    return _NAME.fullmatch(text) is not None


def kind_of(name: str) -> ImageKind:
    """Give the kind that the ending of such a name tells."""
    ending = name[_DIGITS:]
    return next(kind for kind in ImageKind if kind.endings[0] == ending)


def _name_of(sha256: str, kind: ImageKind) -> str:
    return f"{sha256[:_DIGITS]}{kind.endings[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A file that was looked into: an image indeed, known by its bytes."""

    #: Of the file's bytes, in hexadecimal.
    sha256: str
    kind: ImageKind
    #: Pixels, as it is shown: a camera's mark to turn it is followed.
    width: int
    height: int
    #: Bytes of the file.
    size: int
    #: The file, relative to the site; where it lies is no part of what it is.
    source: str = field(default="", compare=False)
    is_animated: bool = False
    #: It shows as it should only where a camera's mark to turn it is followed.
    is_turned: bool = False
    #: What lies behind it shines through.
    is_clear: bool = False
    #: Its colours are those of a printing press (CMYK), not of a screen.
    is_for_print: bool = False
    #: It tells where it was taken.
    has_location: bool = False

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError("an image is known by its sha256, 64 hexadecimal digits")
        if min(self.width, self.height, self.size) < 1:
            raise ValueError("an image has at least one pixel and one byte")

    @property
    def name(self) -> str:
        """What it is called wherever it is kept: its hash, and the ending of its kind."""
        return _name_of(self.sha256, self.kind)


@dataclass(frozen=True, slots=True)
class ImageFault:
    """Why a text shows no image where it asks for one."""

    message: str
    remedy: str
    #: It asks for what mailbag never looks at, so its words stand instead; a reader may write
    #: such a thing. Else an editor's own file is faulty.
    is_left_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionImage:
    """An image as an edition pins it: the bytes, and where everybody finds them."""

    sha256: str
    kind: ImageKind
    #: What ``src`` says in the edition's HTML, and in the web page.
    url: str
    #: Each message carries it, and its HTML names the copy it carries.
    attached: bool = False

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError("an image is known by its sha256, 64 hexadecimal digits")
        if not self.url.endswith(f"/{self.name}"):
            raise ValueError("the address of an image ends in its name")

    @property
    def name(self) -> str:
        return _name_of(self.sha256, self.kind)

    def as_json(self) -> dict[str, str | bool]:
        """Give it for storing and hashing."""
        kind, url = self.kind.value, self.url
        return {"sha256": self.sha256, "kind": kind, "url": url, "attached": self.attached}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "EditionImage":
        return cls(
            sha256=entry["sha256"],
            kind=ImageKind(entry["kind"]),
            url=entry["url"],
            attached=entry["attached"],
        )
