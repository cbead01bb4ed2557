"""What the public pages say, in the newsletter's language.

``{title}`` is the newsletter's.
"""

from dataclasses import dataclass

from pipeline.language.catalogues import SHIPPED
from pipeline.language.english import PAGES
from pipeline.language.locales import direction_of
from pipeline.language.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A page: what is so, and what that means for who reads it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Everything the public pages say, in one language."""

    #: The page's own tag; the newsletter's may name a language without these words.
    language: str
    direction: str
    #: GET of an unsubscribe link.
    leave: Notice
    #: Below the button.
    nothing_yet: str
    button: str
    #: POST of it.
    left: Notice
    #: The same two for the link of a test mail.
    test: str
    test_left: Notice
    not_found: Notice
    not_allowed: Notice
    #: A POST that does not ask for anything, is too long or too slow.
    not_asked: Notice
    #: The ledger cannot be used now.
    unavailable: Notice
    broken: Notice


def choose(words: Words) -> Phrases:
    """Take the phrases from the newsletter's words, else from the English ones: all or none.

    A page is in one language, and a word that lacks keeps nobody from leaving.
    """
    if words.lacking([message.name for message in PAGES]):
        words = SHIPPED.words_of("en")
    return Phrases(
        language=words.tag,
        direction=direction_of(words.tag),
        leave=Notice(heading=words.page_leave, text=words.page_leave_text),
        nothing_yet=words.page_nothing_yet,
        button=words.page_button,
        left=Notice(heading=words.page_left, text=words.page_left_text),
        test=words.page_test,
        test_left=Notice(heading=words.page_test_left, text=words.page_test_left_text),
        not_found=Notice(heading=words.page_not_found, text=words.page_not_found_text),
        not_allowed=Notice(heading=words.page_not_allowed, text=words.page_not_allowed_text),
        not_asked=Notice(heading=words.page_not_asked, text=words.page_not_asked_text),
        unavailable=Notice(heading=words.page_unavailable, text=words.page_unavailable_text),
        broken=Notice(heading=words.page_broken, text=words.page_broken_text),
    )
