"""The bytes of an edition's images: kept before they are promised, and there when it is sent."""

from collections.abc import Mapping

from pipeline.errors import StateError
from pipeline.model.edition import Edition
from pipeline.model.image import EditionImage
from pipeline.workflow.workshop import Workshop


def keep(shop: Workshop, edition: Edition) -> None:
    """Put every image of an edition under its hash, unless it is there.

    Called before anything that names it is approved, sent, or written into the ledger.
    Raises StateError when one is nowhere any more, or cannot be kept.
    """
    for image in edition.images:
        if shop.image_files.load(image) is None:
            shop.image_files.keep(image, _of_content(shop, image, edition))


def load(shop: Workshop, edition: Edition) -> Mapping[str, bytes]:
    """Give the images of an edition by their URLs, from where they are kept or the content."""
    return {
        image.url: shop.image_files.load(image) or _of_content(shop, image, edition)
        for image in edition.images
    }


def _of_content(shop: Workshop, image: EditionImage, edition: Edition) -> bytes:
    data = shop.image_bytes(image.sha256)
    if data is None:
        path = (shop.image_files.folder / image.name).relative_to(shop.folder)
        raise StateError(
            f"the file is gone or was changed, and issue {edition.number} shows it",
            place=path.as_posix(),
            remedy="bring it back from a backup, or put the image back into the content folder",
        )
    return data
