"""A reader's own value that says nothing else where a reader has none.

Other programs write such values into a mail by marks of their own; mailbag sends them as they
stand.
"""

import re
from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.prose.text_places import Passage

#: Words by which programs call what a reader may not have said.
_VALUE = (
    r"(?:[\w.]*[._])?(?:first|last|full|given|family|user|nick)?[ _-]?names?|[fl]name|city|company"
    r"|country|birthday|gender|phone|job[ _-]?title|salutation|anrede|vorname|nachname|pr[ée]nom"
    r"|nombre|apellido"
)
_MARKS = re.compile(
    rf"\{{\{{\{{?\s*(?P<curly>{_VALUE})\s*(?P<rest>\|[^{{}}]*)?\}}\}}"
    rf"|\*\|\s*(?:{_VALUE})\s*\|\*"
    rf"|%%\s*(?:{_VALUE})\s*%%"
    rf"|%(?:{_VALUE})%"
    rf"|\[\[\s*(?:{_VALUE})\s*\]\]"
    rf"|\$\{{\s*(?:{_VALUE})\s*\}}",
    re.IGNORECASE,
)
#: What every one begins with; nearly every text has none of it.
_BEGINNING = re.compile(r"\{\{|\*\||%|\[\[|\$\{")
#: What says itself what stands in: a choice with two sides.
_CHOICE = re.compile(
    r"\*\|IF:[^|\n]{1,80}\|\*(?:(?!\*\|END:IF).){0,2000}?\*\|ELSE:?\|\*"
    r"(?:(?!\*\|END:IF).){0,2000}?\*\|END:IF\|\*"
    r"|\{%-?\s*if\b[^%\n]{1,80}%\}(?:(?!\{%-?\s*endif).){0,2000}?\{%-?\s*else\s*-?%\}"
    r"(?:(?!\{%-?\s*endif).){0,2000}?\{%-?\s*endif\s*-?%\}",
    re.IGNORECASE | re.DOTALL,
)
#: What stands in where a reader has no such value.
_FALLBACK = re.compile(
    r"\|\s*(?:default|fallback|d)\b|\|\s*[\"']|\|\s*[a-z ]+=|default=", re.IGNORECASE
)


def find(text: str) -> Iterator[re.Match[str]]:
    """Find the personal values of a text that have no fallback, each once."""
    seen: set[str] = set()
    for mark in _marks(_CHOICE.sub(_blank, text)):
        if mark[0].lower() not in seen and not _FALLBACK.search(mark["rest"] or ""):
            seen.add(mark[0].lower())
            yield mark


def without(text: str) -> str:
    """Put blanks in place of the personal values: another program fills them in."""
    text = _CHOICE.sub(_blank, text)
    return _MARKS.sub(_blank, text) if _BEGINNING.search(text) else text


def check(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    """Look at a text that an editor wrote; ``{{`` is told as something left over."""
    seen: set[str] = set()
    for found in _marks(passage.text):
        if not found["curly"] and found[0].lower() not in seen:
            seen.add(found[0].lower())
            yield Finding(
                id="personal/no-fallback",
                level=Level.WARNING,
                source=source,
                line=passage.line_at(found.start()),
                message=f"the {name} holds {found[0]!r}, and every reader sees just that",
                remedy="greet everybody in the same words",
            )


def _marks(text: str) -> Iterator[re.Match[str]]:
    return _MARKS.finditer(text) if _BEGINNING.search(text) else iter(())


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
