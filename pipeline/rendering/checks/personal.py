"""A reader's own value that says nothing else where a reader has none.

Other programs write such values into a mail by marks of their own; mailbag sends them as they
stand.
"""

import re
from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.text_places import Passage

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
#: What stands in where a reader has no such value.
_FALLBACK = re.compile(
    r"\|\s*(?:default|fallback|d)\b|\|\s*[\"']|\|\s*[a-z ]+=|default=", re.IGNORECASE
)


def find(text: str) -> re.Match[str] | None:
    """Find the first personal value of a text that has no fallback."""
    marks = _MARKS.finditer(text) if _BEGINNING.search(text) else ()
    return next((one for one in marks if not _FALLBACK.search(one["rest"] or "")), None)


def check(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    """Look at a text that an editor wrote; ``{{`` is told as something left over."""
    found = find(passage.text)
    if found and not found["curly"]:
        yield Finding(
            id="personal/no-fallback",
            level=Level.WARNING,
            source=source,
            line=passage.line_at(found.start()),
            message=f"the {name} holds {found[0]!r}, and every reader sees just that",
            remedy="greet everybody in the same words",
        )
