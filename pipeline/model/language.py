"""The name of a language, as HTML and mail write it."""

import re

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def is_language_tag(text: str) -> bool:
    """Tell whether a text is written like a tag of BCP 47, such as ``en``, ``pt-BR``, ``PT-br``."""
    return _TAG.fullmatch(text) is not None


def canonical(tag: str) -> str:
    """Write a tag in its usual letters (RFC 5646, section 2.1.1), such as ``zh-Hant-TW``."""
    primary, *others = tag.split("-")
    return "-".join([primary.lower(), *map(_subtag, others)])


def _subtag(text: str) -> str:
    if len(text) == 2:
        return text.upper()
    return text.title() if len(text) == 4 and text.isalpha() else text.lower()


def nearest_tag(text: str) -> str:
    """Give the tag that a locale of POSIX, such as ``de_CH.UTF-8``, means; empty for none."""
    near = re.split(r"[.@]", text.strip())[0].replace("_", "-")
    return canonical(near) if is_language_tag(near) else ""


def shortened(tag: str) -> tuple[str, ...]:
    """Give a tag and what it is a kind of, the nearest first (RFC 4647, section 3.4)."""
    parts = tag.split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))
