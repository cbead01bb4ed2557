"""Which image stands where a text asks for one: looked up before anything is rendered.

Files are read by whoever hands in ``find``; nothing here opens one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline.errors import ContentError
from pipeline.model.finding import Finding, Level
from pipeline.model.image import EditionImage, Image, ImageFault
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.prose.markdown import Document

#: Images of one text; a newsletter with more is an album.
MOST = 50

#: Looks into the image that a text asks for: its reference, and the file that the text is in.
Find = Callable[[str, str], Image | ImageFault]


def nowhere(reference: str, _source: str) -> ImageFault:
    """Find no image, where there is no folder to look in."""
    return ImageFault(
        f"there is no content folder to look for {reference!r} in",
        "take the image out",
        is_left_out=True,
    )


def illustrate(document: Document, source: str, find: Find, *, inset: int = 0) -> Document:
    """Look up a text's images; ``inset`` tells how often the theme sets the whole text in."""
    # What is too many is refused below, and needs no look.
    wanted = {image.url for image in document.images[:MOST]}
    return replace(document, found={url: find(url, source) for url in wanted}, inset=inset)


def refuse(documents: Sequence[tuple[Document, str]]) -> None:
    """Raise ContentError for images that cannot be shown, all of them named; see :func:`faults`."""
    found = [fault for document, source in documents for fault in faults(document, source)]
    if found:
        first, *others = found
        raise ContentError(
            first.message,
            place=first.place,
            remedy=first.remedy,
            others=[str(other) for other in others],
        )


def faults(document: Document, source: str) -> Iterator[Finding]:
    """Report the images of a text that an editor meant to show and that cannot be."""
    if len(document.images) > MOST:
        extra = document.images[MOST]
        yield Finding(
            id="image/many",
            level=Level.ERROR,
            source=source,
            line=extra.line,
            column=extra.column,
            message=f"a text has {len(document.images):,} images, more than {MOST}",
            remedy="take some out",
        )
        return
    for image in document.images:
        fault = document.found.get(image.url)
        if isinstance(fault, ImageFault) and not fault.is_left_out:
            yield Finding(
                id="image/unusable",
                level=Level.ERROR,
                source=source,
                line=image.line,
                column=image.column,
                message=fault.message,
                remedy=fault.remedy,
            )


def images_of(documents: Sequence[Document]) -> tuple[Image, ...]:
    """Give what the texts show, each image once, in the order of the texts."""
    found = [document.found.get(it.url) for document in documents for it in document.images]
    return tuple({it.sha256: it for it in found if isinstance(it, Image)}.values())


def pin(images: Sequence[Image], options: RenderOptions) -> tuple[EditionImage, ...]:
    """Give the images as the edition holds them."""
    return tuple(
        EditionImage(
            sha256=image.sha256,
            kind=image.kind,
            url=options.image_url(image.name),
            attached=options.attach_images,
        )
        for image in images
    )
