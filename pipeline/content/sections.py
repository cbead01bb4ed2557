"""The body of a QA file -> its question and its answer."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from unicodedata import normalize

from pipeline.content import keys
from pipeline.content.report import Report
from pipeline.model.finding import Level


class Kind(StrEnum):
    """The two sections of a QA file."""

    QUESTION = "Question"
    ANSWER = "Answer"


#: The headings in the languages of the interface: English, German, French, Spanish, Arabic.
HEADINGS = {
    "question": Kind.QUESTION,
    "frage": Kind.QUESTION,
    "pregunta": Kind.QUESTION,
    "سؤال": Kind.QUESTION,
    "السؤال": Kind.QUESTION,
    "answer": Kind.ANSWER,
    "antwort": Kind.ANSWER,
    "réponse": Kind.ANSWER,
    "reponse": Kind.ANSWER,
    "respuesta": Kind.ANSWER,
    "جواب": Kind.ANSWER,
    "الجواب": Kind.ANSWER,
    "إجابة": Kind.ANSWER,
    "الإجابة": Kind.ANSWER,
}

#: Deeper headings are the text's own.
_HEADING = re.compile(r" {0,3}(#{1,3})(?!#)(.*)")
#: An author may forget the blank after the hashes or embolden the word.
_ORNAMENT = " \t\u00a0*_:\uff1a"
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")
#: What a heading, a fence or a comment begins with; nearly every line begins otherwise.
_OPENERS = frozenset("#`~<")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sections:
    """What was found; ``None`` is a section that is not there or is empty."""

    question: str | None
    answer: str | None
    #: The line of the file in which each begins.
    question_line: int = field(default=0, compare=False)
    answer_line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class _Heading:
    kind: Kind
    depth: int
    #: Counted from 0 in the body.
    line: int


def split(body: str, first_line: int, report: Report, unfinished: Level = Level.ERROR) -> Sections:
    """Cut a body that begins at the file's ``first_line`` at its two headings.

    ``unfinished`` is how bad a section is that was not written yet.
    """
    lines = body.split("\n")
    outline = _Outline(lines)
    headings = _without_repetitions(outline.headings, first_line, report)
    _report_text_before(lines, headings, first_line, report)
    texts: dict[Kind, str] = {}
    begins: dict[Kind, int] = {}
    bounds = [heading.line for heading in headings] + [len(lines)]
    for heading, end in zip(headings, bounds[1:], strict=True):
        raw = "\n".join(lines[heading.line + 1 : end])
        text = tidy(raw)
        if _COMMENT.sub("", text).strip():
            texts[heading.kind] = text
            begins[heading.kind] = first_line + heading.line + 1 + lines_before(raw)
        else:
            report.add(
                unfinished,
                "section",
                first_line + heading.line,
                f"the section `{heading.kind}` is empty",
                "write its text below the heading",
            )
    for kind in Kind:
        if all(heading.kind is not kind for heading in headings):
            message, remedy = outline.why_missing(kind, first_line)
            report.add(unfinished, "section", first_line, message, remedy)
    return Sections(
        texts.get(Kind.QUESTION),
        texts.get(Kind.ANSWER),
        begins.get(Kind.QUESTION, 0),
        begins.get(Kind.ANSWER, 0),
    )


class _Outline:
    """The headings of a body, apart from those in code and in comments."""

    def __init__(self, lines: list[str]) -> None:
        self.headings: list[_Heading] = []
        #: Words of other headings, with their lines, for a slip such as ``## Anwser``.
        self._others: dict[str, int] = {}
        #: The fence that the body is inside of, and its line.
        self._fence = ""
        self._fence_line = 0
        self._in_comment = False
        for number, line in enumerate(lines):
            self._take(number, line)

    def why_missing(self, kind: Kind, first_line: int) -> tuple[str, str]:
        message = f"there is no section `{kind}`"
        near = keys.nearest(kind.casefold(), tuple(self._others))
        if near is not None:
            line = first_line + self._others[near]
            return f"{message}, but line {line} says {near!r}", f"write `## {kind}`"
        if self._fence:
            line = first_line + self._fence_line
            return f"{message}, and line {line} opens code that never ends", "close the code"
        return message, f"write the heading `## {kind}`, and the text below it"

    def _take(self, number: int, line: str) -> None:
        if not (self._fence or self._in_comment or line.lstrip(" ")[:1] in _OPENERS):
            return
        fence = _FENCE.fullmatch(line)
        if self._in_comment:
            self._in_comment = "-->" not in line
        elif self._fence:
            if fence and not fence[2].strip() and fence[1].startswith(self._fence):
                self._fence = ""
        elif fence:
            self._fence, self._fence_line = fence[1], number
        elif line.lstrip(" ").startswith("<!--"):
            self._in_comment = "-->" not in line
        elif match := _HEADING.fullmatch(line):
            words = match[2].rstrip().rstrip("#").strip(_ORNAMENT)
            self._take_heading(number, len(match[1]), normalize("NFC", words).casefold())

    def _take_heading(self, number: int, depth: int, words: str) -> None:
        kind = HEADINGS.get(words)
        if kind is None:
            self._others.setdefault(words, number)
        else:
            self.headings.append(_Heading(kind, depth, number))


def _without_repetitions(
    headings: list[_Heading], first_line: int, report: Report
) -> list[_Heading]:
    """Keep the first heading of each kind; a deeper one of the same name is the text's own."""
    kept: dict[Kind, _Heading] = {}
    for heading in headings:
        first = kept.setdefault(heading.kind, heading)
        if first is not heading and heading.depth <= first.depth:
            report.error(
                "section",
                first_line + heading.line,
                f"a second section `{heading.kind}`, after line {first_line + first.line}",
                "put each question with its answer into a file of its own",
            )
    return list(kept.values())


def _report_text_before(
    lines: list[str], headings: list[_Heading], first_line: int, report: Report
) -> None:
    if not headings:
        return
    before = "\n".join(lines[: headings[0].line])
    # Comments are blanked, not cut out, so that the lines still count.
    words = _COMMENT.sub(lambda match: re.sub(r"\S", " ", match[0]), before)
    if words.strip():
        at = words[: len(words) - len(words.lstrip())].count("\n")
        report.error(
            "section",
            first_line + at,
            f"text stands before the heading `{headings[0].kind}`",
            "move it below a heading, or delete it",
        )


def lines_before(text: str) -> int:
    """Count the blank lines that :func:`tidy` drops at the beginning."""
    return text[: len(text) - len(text.lstrip())].count("\n")


def tidy(text: str) -> str:
    """Drop the blank lines around a text; separators from word processors become line feeds."""
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n")
    # The first line keeps its indentation, which may make it code.
    first = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, first) + 1 :].rstrip()
