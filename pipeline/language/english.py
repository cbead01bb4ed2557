"""The words in English, each by the name that templates and catalogues call it.

``make messages`` brings them from here into the catalogues. ``{...}`` is filled in by the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that is said."""

    name: str
    text: str
    #: For whoever translates it.
    note: str = ""
    #: Another form where a number decides; else empty.
    plural: str = ""


#: In the mail and its web page.
MAIL = (
    Message("view_in_browser", "View in your browser", "a link above the issue and below it"),
    Message("issue", "Issue {number}", "below the newsletter's title"),
    Message("in_this_issue", "In this issue", "above the list of titles"),
    Message("asks", "{name} asks", "above a question"),
    Message("a_reader_asks", "A reader asks", "above a question of which nobody said who asks"),
    Message("answers", "{name} answers", "above an answer"),
    Message("the_answer", "The answer", "above an answer of which nobody said who gave it"),
    Message(
        "reading_time",
        "{minutes}\N{NO-BREAK SPACE}min read",
        "how long a question and its answer take to read; at least one minute",
        plural="{minutes}\N{NO-BREAK SPACE}min read",
    ),
    Message(
        "reading_time_in_full",
        "{minutes} minute to read",
        "the same in the text part, which is made to be heard too: without an abbreviation",
        plural="{minutes} minutes to read",
    ),
    Message(
        "inspired_by",
        "This question followed the column",
        "below an answer; the title of another column follows",
    ),
    Message(
        "ask_heading",
        "Have a question of your own?",
        "the heading over the button that asks a question",
    ),
    Message("ask", "Ask a question", "the button"),
    Message(
        "ask_subject",
        "A question for {title}",
        "the subject of the mail that the button begins; {title} is the newsletter's",
    ),
    Message(
        "why",
        "You get this mail at {address} because you signed up for {title}.",
        "in the footer; {address} is the reader's, {title} the newsletter's",
    ),
    Message("unsubscribe", "Unsubscribe", "a link in the footer"),
    Message("email", "email", "what a screen reader says of the mail as a whole, after its title"),
    Message("also", "Also: {titles}", "the line that mail programs show beside the subject"),
    Message(
        "colon",
        ":",
        "what stands after a label; in French with a no-break space before it",
    ),
)

#: On an issue's web page alone.
CORRECTED = Message(
    "corrected",
    "Corrected on {date}",
    "at the head of an issue's web page, after a mistake in it was mended; {date} is a day",
)

#: On the public pages, where a reader comes to unsubscribe. ``{title}`` is the newsletter's.
#: A sentence holds for every token alike, so that no answer tells whether a token was good.
PAGES = (
    Message(
        "page_leave", "Unsubscribe from {title}?", "the heading over the button that unsubscribes"
    ),
    Message("page_leave_text", "Press the button, and no further issue is sent to you."),
    Message(
        "page_nothing_yet",
        "Nothing has changed so far. To stay, simply close this page.",
        "below the button",
    ),
    Message("page_button", "Unsubscribe", "the button"),
    Message("page_left", "Unsubscribed from {title}", "the heading after the button was pressed"),
    Message(
        "page_left_text",
        "No further issue goes to the address this link belongs to. "
        "One that is already on its way may still arrive.",
    ),
    Message(
        "page_test",
        "This link is from a test mail. The button works, but nobody is unsubscribed by it.",
        "below the button, for the link of a test mail",
    ),
    Message(
        "page_test_left",
        "The button works",
        "the heading after the button of a test mail was pressed",
    ),
    Message("page_test_left_text", "This link is from a test mail, so nobody was unsubscribed."),
    Message("page_not_found", "There is no such page"),
    Message(
        "page_not_found_text", "The address may be cut off. Try the link in your mail once more."
    ),
    Message("page_not_allowed", "That cannot be done here"),
    Message("page_not_allowed_text", "This page can only be looked at. Nothing was changed."),
    Message("page_not_asked", "Nothing was changed"),
    Message(
        "page_not_asked_text",
        "This request did not ask to unsubscribe. Open the link in your mail and press the button.",
    ),
    Message("page_unavailable", "Please try again in a minute"),
    Message("page_unavailable_text", "Something here is busy, and nothing was changed."),
    Message("page_broken", "This is our mistake"),
    Message(
        "page_broken_text",
        "Something here is broken, and nothing you did is to blame. Please try again later.",
    ),
)

MESSAGES: Mapping[str, Message] = MappingProxyType(
    {message.name: message for message in (*MAIL, CORRECTED, *PAGES)}
)
