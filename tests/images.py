"""Real image files, made by Pillow."""

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image as Pillow
from PIL import ImageDraw

from pipeline.model.image import EditionImage, Image, ImageKind

SHA256 = "5ca1ab1e" * 8


def draw(width: int = 60, height: int = 40, form: str = "PNG", **how: Any) -> bytes:
    """Draw a line on paper."""
    picture = Pillow.new("RGB", (width, height), "#f1ece2")
    ImageDraw.Draw(picture).line([(0, height), (width, 0)], fill="#8a2f2b", width=3)
    return written(picture, form, **how)


def photograph(
    width: int = 60, height: int = 40, *, turn: int = 1, place: bool = False, **how: Any
) -> bytes:
    """Take a photograph, with what a camera writes into it."""
    exif = Pillow.Exif()
    exif[0x0112] = turn
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (42.0, 21.0, 30.0), 3: "W", 4: (71.0, 3.0, 37.0)})
    # Noise, which no format makes smaller.
    picture = Pillow.effect_noise((width, height), 90).convert("RGB")
    return written(picture, "JPEG", exif=exif, **how)


def film(frames: int = 3) -> bytes:
    """Draw an animation."""
    pictures = [Pillow.new("RGB", (60, 40), (80 * number, 0, 0)) for number in range(frames)]
    return written(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=100)


def bomb(side: int = 60_000) -> bytes:
    """Claim to be huge in a few bytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + body + draw()[33:]


def written(picture: Pillow.Image, form: str, **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()


def put(folder: Path, name: str, data: bytes | None = None) -> Path:
    """Put an image below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(draw() if data is None else data)
    return path


def make_image(**changes: Any) -> Image:
    """Give an image that was looked into; valid by default."""
    facts: dict[str, Any] = {
        "sha256": SHA256,
        "kind": ImageKind.PNG,
        "width": 1104,
        "height": 736,
        "size": 9_000,
        "source": "content/pictures/map.png",
    }
    return Image(**{**facts, **changes})


def make_edition_image(data: bytes | None = None, **changes: Any) -> EditionImage:
    """Give an image of an edition, of some bytes if there are any."""

    sha256 = hashlib.sha256(data).hexdigest() if data is not None else SHA256
    kind = changes.pop("kind", ImageKind.PNG)
    name = f"{sha256[:32]}{kind.endings[0]}"
    facts: dict[str, Any] = {
        "sha256": sha256,
        "kind": kind,
        "url": f"https://news.example/images/{name}",
    }
    return EditionImage(**{**facts, **changes})
