"""What looks like a person's name."""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re

#: Words inside a name that are written small.
_PARTICLES = frozenset(
    {
        "al", "and", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "dos", "du",
        "e", "el", "et", "la", "le", "of", "ten", "ter", "the", "und", "van", "von", "y", "zu",
    }
)  # fmt: skip
_HONORIFICS = frozenset(
    {
        "dr", "dr.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "mx", "mx.", "prof", "prof.", "sir",
        "rev.", "rev",
    }
)  # fmt: skip
_WORD = re.compile(r"(?:[^\W\d_]|['’.&-])+,?")


def is_name(text: str, *, most: int = 6) -> bool:
    """Tell whether a text is at most so many words, each one capitalised or a particle."""
    words = text.split()
    if not 0 < len(words) <= most or len(text) > 80:
        return False
    if not all(_WORD.fullmatch(word) or word == "&" for word in words):
        return False
    proper = [word for word in words if word.lower() not in _PARTICLES and word != "&"]
    return bool(proper) and words[0] in proper and all(_is_capitalised(word) for word in proper)


def tidy(name: str) -> str:
    """Give a name that is shouted (``JANE ROE``) as it is written elsewhere."""
    name = " ".join(name.split()).strip(" ,;:|·•")
    if name.isupper() and len(name) > 4:
        return " ".join(_lowered(word) for word in name.split())
    return name


def forms(name: str) -> tuple[str, ...]:
    """Give what a person is called: the whole name, the last and the first word of it."""
    words = [word for word in name.split() if word.lower() not in _HONORIFICS]
    if len(words) < 2:
        return tuple(words)
    return (" ".join(words), words[-1], words[0])


def _is_capitalised(word: str) -> bool:
    letter = next((letter for letter in word if letter.isalpha()), "")
    # Scripts without capitals have names as well.
    return letter.isupper() or (bool(letter) and not letter.islower())


def _lowered(word: str) -> str:
    if "." in word:
        return word
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)
