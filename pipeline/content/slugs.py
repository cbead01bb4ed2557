"""The names of QA files: a title as a slug."""

import re
import unicodedata
from collections.abc import Container

#: A slug made of a title is cut at a word before this many characters.
#: File names hold 255 bytes; 60 characters of four bytes each stay below.
LENGTH = 60

#: Marks within a word; they are left out instead of cutting it in two.
_INSIDE_WORDS = re.compile("['`\u00b4\u02bc\u2018\u2019\u201b\u200b-\u200f\u00ad]")

#: Letters that Unicode does not decompose, as their readers write them in ASCII.
_SPELLED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"}
)


def slugify(text: str) -> str:
    """Give the slug of a title: lower case, words joined by hyphens, never empty.

    Latin letters lose their accents; other scripts stay as they are.
    The result names a QA file, so it is never ``readme``, which names none.
    """
    plain = _INSIDE_WORDS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    plain = _without_accents(plain.translate(_SPELLED))
    slug = unicodedata.normalize("NFC", _shortened(_words(plain))) or "question"
    return "read-me" if slug == "readme" else slug


def unique(slug: str, taken: Container[str]) -> str:
    """Give the slug, or the first of ``slug-2``, ``slug-3`` … that is free."""
    candidate, number = slug, 1
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate


def _without_accents(text: str) -> str:
    """Drop the marks on Latin letters; in other scripts a mark may be a vowel."""
    kept: list[str] = []
    is_latin = False
    for letter in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(letter):
            is_latin = letter < "\u0250"
        elif is_latin:
            continue
        kept.append(letter)
    return "".join(kept)


def _words(text: str) -> list[str]:
    """Cut a text into words; a mark belongs to the letter before it, and to no other sign."""
    kept: list[str] = []
    for letter in text:
        kind = unicodedata.category(letter)[0]
        is_of_a_word = kind in "LN" or (kind == "M" and bool(kept) and kept[-1] != " ")
        kept.append(letter if is_of_a_word else " ")
    return "".join(kept).split()


def _shortened(words: list[str]) -> str:
    slug = words[0][:LENGTH] if words else ""
    for word in words[1:]:
        if len(slug) + 1 + len(word) > LENGTH:
            break
        slug = f"{slug}-{word}"
    return slug
