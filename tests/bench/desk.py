"""What the messages of a site's first issue are made of, without the rest of a send."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pipeline.app.site import open_site
from pipeline.delivery.composing import Composer, Letterhead
from pipeline.delivery.dkim.signing import Signer
from pipeline.model.delivery import Recipient
from pipeline.model.edition import Edition
from pipeline.model.record import IssueRecord


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Writes messages to made-up readers."""

    record: IssueRecord
    edition: Edition
    letterhead: Letterhead
    unsubscribe_url: Callable[[Recipient], str]

    @classmethod
    def of(cls, folder: Path) -> Self:
        site = open_site(folder)
        with site.open_store() as store:
            record = store.issues.get(1)
            edition = Edition.from_json(store.issues.edition(1))
        letter, mint = site.settings.document.newsletter, site.token_keys.mint
        return cls(
            record=record,
            edition=edition,
            letterhead=Letterhead(title=letter.title, from_=site.from_, list_id=letter.list_id),
            unsubscribe_url=lambda it: f"{letter.base_url}/u/{mint(it.subscriber_id)}",
        )

    def composer(self, signer: Signer | None = None) -> Composer:
        return Composer(
            self.edition,
            self.letterhead,
            nonce=self.record.nonce,
            date=self.record.frozen_at,
            unsubscribe_url=self.unsubscribe_url,
            signer=signer,
        )

    def reader(self, number: int) -> Recipient:
        return Recipient(
            issue=1,
            shard=1,
            subscriber_id=number,
            address=f"reader-{number}@mail.example",
            expires_at=self.record.expires_at,
        )
