"""Patterns that several modules look for, and patterns made of many phrases."""

# ruff: noqa: RUF001 - curly quotes are what is looked for

#: The blank after the end of a sentence; its quotation marks stay with the sentence.
AFTER_SENTENCE = r"(?:(?<=[.!?…؟。？])|(?<=[.!?…][\"”’»)\]*_])|(?<=[.!?…][\"”’»)\]*_]{2}))\s+"


def any_of(*phrases: str) -> str:
    """Give a regular expression for one of the phrases, each a regular expression itself."""
    return f"(?:{'|'.join(phrases)})"
