"""A text that promises an attachment; a newsletter has none."""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.model.finding import Finding, Level
from pipeline.rendering.prose.text_places import Passage

#: What every one of them has; nearly every text has none of it.
_WORD = re.compile(r"attach|anhang|angehängt|jointe?|adjunt|مرفق", re.IGNORECASE)


def find(text: str) -> re.Match[str] | None:
    """Find the first promise of an attachment."""
    return _promise().search(text) if _WORD.search(text) else None


def check(passage: Passage, name: str, source: str) -> Iterator[Finding]:
    """Look at a text that an editor wrote; a reader may have attached something to the question."""
    found = find(passage.text)
    if found:
        yield Finding(
            id="attachment/missing",
            level=Level.WARNING,
            source=source,
            line=passage.line_at(found.start()),
            message=f"the {name} says {' '.join(found[0].split())!r}, and nothing is attached",
            remedy="link to the file instead",
        )


@cache
def _promise() -> re.Pattern[str]:
    """Compile the pattern when it is needed, which is seldom."""
    # Promises, in the interface's languages. Not every word: people are attached to things, and
    # strings are attached to none.
    return re.compile(
        r"\b(?:"
        r"(?:please\s+)?(?:see|find|open|download|consult)\s+(?:the\s+|our\s+|my\s+)?attach(?:ed|ments?)"
        r"|(?:please\s+find|you(?:['\u2019]ll|\s+will)\s+find|i(?:['\u2019]ve|\s+have)|we(?:['\u2019]ve|\s+have))"
        r"\s+attached"
        r"|(?:i|we)\s+attach(?:ed)?\s+(?:a|an|the|my|our)\s+(?:file|pdf|document|form|spreadsheet|list"
        r"|photo|picture|copy|slides?|report)s?"
        r"|attached\s+(?:is|are|you(?:['\u2019]ll|\s+will)\s+find|please\s+find|to\s+this\s+(?:e-?mail"
        r"|mail|message|newsletter|issue))"
        r"|(?:the|our|my)\s+attached\s+(?:file|pdf|document|form|spreadsheet|list|photo|picture|copy"
        r"|slides?|report)s?"
        r"|(?:in|as)\s+(?:the|an)\s+attachment|see\s+attachment"
        r"|(?:im|siehe|als|liegt\s+im)\s+anhang|(?:im\s+)?anhang\s+findest|angehängt(?:e|en|es)?\s+datei"
        r"|ci-joint(?:e|s|es)?|en\s+pi[èe]ce\s+jointe|(?:voir|ouvrez)\s+la\s+pi[èe]ce\s+jointe"
        r"|(?:en\s+el|ver)\s+(?:archivo\s+)?adjunto|(?:le|te|les|os)\s+adjunt(?:o|amos)|archivo\s+adjunto"
        r")\b"
        r"|في\s+المرفق|مرفق\s+طي|الملف\s+المرفق",
        re.IGNORECASE,
    )
