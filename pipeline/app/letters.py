"""Edge: a site's letters: how its messages are written, and the one that nobody gets.

Nothing here knows how they are sent, so that an edition can be looked at without it.
"""

from collections.abc import Callable
from datetime import datetime

from pipeline.app.site import Site
from pipeline.audience import addresses
from pipeline.audience.tokens import TEST_READER
from pipeline.config.reading import FILE_NAME
from pipeline.delivery.composing import Composer, Letterhead
from pipeline.delivery.dkim.signing import Signer
from pipeline.errors import ConfigError
from pipeline.model.delivery import Recipient
from pipeline.model.edition import Edition
from pipeline.workflow import illustrating

#: The link in a preview: it needs no key, so that a laptop without secrets makes the same bytes.
SAMPLE_TOKEN = "preview"  # noqa: S105 - opens nothing
SAMPLE_READER = "reader@subscriber.example"


def sample_values(site: Site) -> dict[str, str]:
    """Give the personal values of nobody in particular."""
    base = site.settings.document.newsletter.base_url
    return {"unsubscribe_url": f"{base}/u/{SAMPLE_TOKEN}", "address": SAMPLE_READER}


def sample_message(site: Site, edition: Edition, *, now: datetime) -> bytes:
    """Give the bytes a reader would get, with a link that changes nothing; for looking at."""
    writer = composer(site, edition, edition.sha256[:32], now, token=lambda _: SAMPLE_TOKEN)
    _, message = writer.compose(
        Recipient(
            issue=edition.number,
            shard=0,
            subscriber_id=TEST_READER,
            address=SAMPLE_READER,
            expires_at=now,
        )
    )
    return message.data


def letterhead(site: Site) -> Letterhead:
    """Give what every message of a site has in common."""
    letter = site.settings.document.newsletter
    return Letterhead(
        title=letter.title,
        from_=site.from_,
        reply_to=addresses.parse(letter.reply_to) if letter.reply_to else None,
        list_id=letter.list_id,
        return_path=letter.return_path,
    )


def composer(  # noqa: PLR0913 - what differs between a send, a test and a sample
    site: Site,
    edition: Edition,
    nonce: str,
    date: datetime,
    *,
    signer: Signer | None = None,
    subject_prefix: str = "",
    token: Callable[[Recipient], str] | None = None,
) -> Composer:
    """Write messages of an edition; a key of the site is read only where no ``token`` is given.

    Raises ConfigError for what no message may hold.
    """
    letter = site.settings.document.newsletter
    token = token or (lambda recipient: site.token_keys.mint(recipient.subscriber_id))
    carries = any(image.attached for image in edition.images)
    images = illustrating.load(site.workshop, edition) if carries else {}
    try:
        return Composer(
            edition,
            letterhead(site),
            nonce=nonce,
            date=date,
            subject_prefix=subject_prefix,
            signer=signer,
            images=images,
            unsubscribe_url=lambda recipient: f"{letter.base_url}/u/{token(recipient)}",
        )
    except ValueError as error:
        raise ConfigError(
            f"the edition cannot be written as a message: {error}",
            place=FILE_NAME,
            remedy="mend the title, an address or the subject it speaks of",
        ) from error
