"""What the public pages need of the rest."""

from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pipeline.language.words import Words


class TokenVerdict(StrEnum):
    """What a token in a link is; it tells nothing about a person."""

    #: Made with a key of ours, for a subscriber.
    VALID = "valid"
    #: Made for a test mail; it changes nothing.
    TEST = "test"
    #: Not made by us, cut off, or of another list.
    UNKNOWN = "unknown"


class PublicSite(Protocol):
    """A newsletter as the public sees it.

    The methods are called in threads, several at a time; a ``MailbagError`` from one of them is
    answered with 503, so that the asker tries again.
    """

    @property
    def title(self) -> str: ...

    def words(self) -> Words:
        """What the program says by itself in the newsletter's language; never raises."""
        ...

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key that signs this site's tokens."""
        ...

    @property
    def is_listed(self) -> bool:
        """Whether search engines may list the pages of the issues."""
        ...

    def reader_of(self, token: str) -> TokenVerdict:
        """Judge a token; whose it is, is not told."""
        ...

    def unsubscribe(self, token: str) -> None:
        """End the subscription durably; again, or with a token that is not valid: nothing."""
        ...

    def image(self, name: str) -> Path | None:
        """Give the file of an image by its name, a hash with an ending; None when it has none."""
        ...

    def web_page(self, number: int) -> str | None:
        """Give an issue's page without any personal value; None when there is none to see."""
        ...
