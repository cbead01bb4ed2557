"""The images of an issue's texts: those that are shown, and those that are left out."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.model.finding import Finding, Level
from pipeline.model.image import Image, ImageFault, ImageKind
from pipeline.rendering import illustrating
from pipeline.rendering.checks import pictures
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.prose import markdown
from pipeline.rendering.prose.markdown import Document

_EMBED = re.compile(r"!\[\[([^\[\]|#\n]{1,200})[^\[\]\n]{0,200}\]\]")

#: Bytes of an image that a reader on the road waits for.
HEAVY = 500_000
#: So many times the pixels it is shown with. Twice is enough; a tenth more is not worth a word.
_GENEROUS = 2.2
#: Pixels that an image is shown high: three screens of a telephone.
_LONG = 2_400
#: Bytes of all images that each message carries: from the first on it is heavy, and above the
#: second many relays refuse it (10 MB is a usual limit, and base64 adds a third).
HEAVY_TOGETHER, REFUSED_TOGETHER = 1_000_000, 7_000_000


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the image stands that a finding is about."""

    source: str
    line: int
    column: int

    def finding(self, name: str, level: Level, message: str, remedy: str) -> Finding:
        return Finding(
            id=name,
            level=level,
            source=self.source,
            line=self.line,
            column=self.column,
            message=message,
            remedy=remedy,
        )


def check(manuscript: Manuscript, options: RenderOptions) -> Iterator[Finding]:
    """Look at the images of every text in its file, and at what a message carries of them."""
    for document, source in manuscript.documents:
        yield from _document(document, source, options.column)
    if options.attach_images:
        documents = [document for document, _ in manuscript.documents]
        yield from _carried(illustrating.images_of(documents))


def _document(document: Document, source: str, room: int) -> Iterator[Finding]:
    for passage in document.passages:
        for embed in _EMBED.finditer(passage.text):
            yield Finding(
                id="image/embed",
                level=Level.WARNING,
                source=source,
                line=passage.line_at(embed.start()),
                message=f"{embed[0]!r} shows an image in Obsidian alone; readers see just that",
                remedy=f"write ![what it shows](<{embed[1].strip()}>)",
            )
    seen: set[str] = set()
    for image in document.images:
        place = _Place(source, image.line, image.column)
        found = document.found.get(image.url)
        if isinstance(found, Image):
            yield from _mention(image, found, place)
            # What is true of the file is said once.
            if found.sha256 not in seen:
                yield from _file(found, place, room)
            seen.add(found.sha256)
        elif isinstance(found, ImageFault) and found.is_left_out:
            instead = (
                f"its text {image.text!r} stands instead"
                if image.text
                else "and it has no text to stand instead"
            )
            yield place.finding(
                "image/left-out",
                Level.WARNING,
                f"an image is left out, {instead}: {found.message}",
                found.remedy,
            )


def _carried(images: Sequence[Image]) -> Iterator[Finding]:
    size = sum(image.size for image in images)
    if size > HEAVY_TOGETHER:
        largest = max(images, key=lambda image: image.size)
        yield Finding(
            id="image/attached",
            level=Level.ERROR if size > REFUSED_TOGETHER else Level.WARNING,
            message=f"each message carries {size:,} bytes of images, {largest.size:,} of them in"
            f" {largest.source}",
            remedy='make them smaller, or set [images] delivery = "hosted"',
        )


def _mention(mention: markdown.Image, image: Image, place: _Place) -> Iterator[Finding]:
    if not mention.text.strip():
        yield place.finding(
            "image/alt",
            Level.WARNING,
            f"{image.source} has no text for those who do not see it",
            "say between the brackets what it shows: ![A chart that rises](...)",
        )
    elif pictures.says_nothing(mention.text):
        yield place.finding(
            "image/alt-name",
            Level.WARNING,
            f"the text {mention.text!r} does not say what {image.source} shows",
            "say in a few words what a reader sees there",
        )


def _file(image: Image, place: _Place, room: int) -> Iterator[Finding]:
    file = shlex.quote(image.source)
    if image.size > HEAVY:
        yield place.finding(
            "image/heavy",
            Level.WARNING,
            f"{image.source} has {image.size:,} bytes, and each reader loads them",
            _smaller(image, file, room),
        )
    elif image.width > _GENEROUS * room:
        yield place.finding(
            "image/wide",
            Level.NOTE,
            f"{image.source} is {image.width:,} pixels wide and is shown {room} wide",
            f"save it {2 * room:,} wide, which is enough for the finest screen:"
            f" `mogrify -resize '{2 * room}x>' {file}`",
        )
    shown = image.height * min(image.width, room) // image.width
    if shown > _LONG:
        yield place.finding(
            "image/long",
            Level.NOTE,
            f"{image.source} is shown {shown:,} pixels high, which is more than three screens",
            "cut it into parts with words between, or show the part that matters",
        )
    if image.has_location:
        yield place.finding(
            "image/location",
            Level.WARNING,
            f"{image.source} tells every reader where it was taken (GPS)",
            f"take that out: `mogrify -auto-orient -strip {file}`",
        )
    if image.is_turned:
        yield place.finding(
            "image/turned",
            Level.WARNING,
            f"{image.source} lies on its side in Outlook, which does not read its camera's mark",
            f"turn the pixels themselves: `mogrify -auto-orient {file}`",
        )
    if image.is_for_print:
        yield place.finding(
            "image/print",
            Level.WARNING,
            f"{image.source} has the colours of a printing press (CMYK): some mail programs show"
            " them wrong, old ones show no image",
            f"save it for screens: `mogrify -auto-orient -colorspace sRGB -strip {file}`",
        )
    if image.is_clear:
        yield place.finding(
            "image/clear",
            Level.NOTE,
            f"{image.source} lets what is behind it through, which is dark on a dark screen",
            f"give it a ground, if its lines are dark: `mogrify -background white -flatten {file}`",
        )
    if image.kind is ImageKind.WEBP:
        yield place.finding(
            "image/webp",
            Level.WARNING,
            f"{image.source} is a WebP, which Outlook on Windows does not show",
            f"save it as PNG, and name that file: `mogrify -format png {file}`"
            if not image.is_animated
            else f"save it as GIF, and name that file: `convert {file} {_named(image, '.gif')}`",
        )


def _smaller(image: Image, file: str, room: int) -> str:
    fit = f"-auto-orient -strip -resize '{2 * room}x>' -quality 82"
    if image.kind is ImageKind.JPEG:
        return f"make it smaller: `mogrify {fit} {file}`"
    if image.is_animated:
        return (
            "make it smaller, or show its first picture, and name that file:"
            f" `convert {shlex.quote(image.source + '[0]')} {fit} {_named(image, '.jpg')}`"
        )
    return (
        "save it as JPEG, and name that file:"
        f" `mogrify -format jpg -background white -alpha remove {fit} {file}`"
    )


def _named(image: Image, ending: str) -> str:
    return shlex.quote(str(PurePosixPath(image.source).with_suffix(ending)))
