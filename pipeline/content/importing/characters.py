"""The characters of a page as a QA file can hold them."""

import re

#: Blanks that look like a blank: no-break, narrow, figure, ideographic and their kin.
_BLANKS = re.compile(
    "[\t\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)

#: What nobody sees: soft hyphens, zero-width marks, byte order marks, direction overrides.
#: The joiners U+200C and U+200D stay: Persian and emoji are spelled with them.
_INVISIBLE = re.compile("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

#: C0, DEL and C1: nothing a reader would see, and no QA file may hold them.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

#: What Markdown would take for HTML or for a character reference.
_HTML = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)")


def clean(text: str) -> str:
    """Give one line's text with ordinary blanks and without what cannot be seen."""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", _BLANKS.sub(" ", text)))


def as_markdown(text: str) -> str:
    """Escape what is plain text but would be HTML in a Markdown file."""
    return _HTML.sub(r"\\\g<0>", text)
