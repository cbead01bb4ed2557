"""Patterns made of many phrases."""


def any_of(*phrases: str) -> str:
    """Give a regular expression for one of the phrases, each a regular expression itself."""
    return f"(?:{'|'.join(phrases)})"
