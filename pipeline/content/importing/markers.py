"""The marks that open a question or an answer: ``Q:``, ``**A.**``, ``Question #2``.

A mark at the beginning of a block counts by itself. In the middle of a paragraph it counts
after the end of a sentence, with or without a blank between; elsewhere it is a doubt.
"""

# ruff: noqa: RUF001, RUF003 - curly quotes, dashes and full-width colons are what is looked for

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.content.importing.vocabulary import any_of


class Opens(StrEnum):
    """What a mark begins."""

    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A mark, where it stands in its text, and how sure it is one."""

    opens: Opens
    start: int = 0
    #: Where the text that it opens begins.
    end: int
    is_certain: bool = True
    #: Emphasis that began before the mark and goes on after it.
    emphasis: str = ""
    #: Who asks, when the mark says so ("Question from Jane in Ohio:").
    asker: str = ""
    #: A mark in words ("Question 2") may carry a heading instead of the question's text.
    is_word: bool = False
    #: A letter without punctuation (``A`` is also a word), a word with the wrong one.
    is_bare: bool = False


_PREFIX = r"[ ]*(?:(?:>[ ]?)+|#{1,6}[ ]+|(?:[-*+•][ ]+)(?=[*_(\[]*[QA]\b))?"
_EMPHASIS = r"(?P<open>\*{1,3}|_{1,3})?[ ]*"
_CLOSING = r"(?P<close>\*{1,3}|_{1,3})"
_CLOSING_AFTER = r"(?(open)(?:[ ]*(?P<close2>\*{1,3}|_{1,3})(?=\s|$|[^\s*_]))?)"

_QUESTION = any_of(
    "question", "frage", "pregunta", "domanda", "fråga", "vraag", "pergunta", "вопрос", "سؤال",
    "السؤال", "問", "质问", "質問",
)  # fmt: skip
_ANSWER = any_of(
    "answer", "reply", "response", "antwort", "réponse", "reponse", "respuesta", "risposta",
    "svar", "antwoord", "resposta", "ответ", "جواب", "الجواب", "答", "回答",
)  # fmt: skip
_WHOSE = r"(?:reader|expert|editor|coach|columnist)s?['’]?s?"
_ORDINAL = any_of(
    "first", "second", "third", "fourth", "fifth", "sixth", "next", "last", "another", "final",
    "one", "two", "three", "four", "five", "six",
)  # fmt: skip

#: ``Q:``, ``Q1.``, ``[Q]``, ``Q –``; the letter alone needs emphasis or its own line.
_LETTER = re.compile(
    _PREFIX
    + _EMPHASIS
    + r"(?:[(\[](?P<bracketed>[QA])(?:[ ]?#?\d{1,3})?[)\]][:.]?"
    + r"|(?P<letter>[QA])(?:[ ]?#?\d{1,3})?(?:[ ]?(?:"
    + _CLOSING
    + r"[ ]*)?(?:[:：]|\.(?:(?=[A-Z][a-z])|(?![\w.]))|\)|[–—](?![\w])|-(?=[ ]))"
    + _CLOSING_AFTER
    + r"|(?P<close3>\*{1,3}|_{1,3})(?=\s|$)|[ ]*$))[ ]*",
    re.MULTILINE,
)

_WORDED = re.compile(
    _PREFIX
    + _EMPHASIS
    + rf"(?:(?:the|our|my|your)[ ])?(?:(?:{_WHOSE}|{_ORDINAL})[ ])?"
    + rf"(?:(?P<question>{_QUESTION})|(?P<answer>{_ANSWER}))"
    + rf"(?:[ ]?(?P<number>(?:\#|no\.?[ ]|nr\.?[ ])?[ ]?\d{{1,3}}|{_ORDINAL}\b))?"
    + r"(?:[ ]+from[ ]+(?P<asker>[^:\n*]{2,60}))?[ ]?(?:"
    + _CLOSING
    + r"[ ]*)?(?P<mark>[:：.)]|[ ]*[–—-](?=\s)|(?=\s*$))"
    + _CLOSING_AFTER
    + r"[ ]*",
    re.IGNORECASE,
)

#: ``Question #2`` needs no further mark.
_NUMBERED = re.compile(
    _PREFIX
    + _EMPHASIS
    + r"(?:question|frage|pregunta|domanda)[ ]?\#[ ]?\d{1,3}(?P<close>\*{1,3}|_{1,3})?[ ]+",
    re.IGNORECASE,
)

#: The letter alone, or a small one; only sure in company of its like.
_BARE = re.compile(_PREFIX + r"(?:(?P<letter>[QA])[ ]+(?=[\"“‘']?[A-Z])|(?P<small>[qa]):[ ])")

#: A reader is said to ask.
_ASKS = re.compile(
    _PREFIX
    + _EMPHASIS
    + r"(?P<asker>(?:a|our|one)?[ ]?reader\b[^:.?!\n*]{0,60}?)[ ](?:asks|writes|wonders)"
    + r"(?P<close>\*{1,3}|_{1,3})?:(?P<close2>\*{1,3}|_{1,3})?[ ]*",
    re.IGNORECASE,
)

#: Somebody replies, not the letter A alone.
_REPLIES = re.compile(
    _PREFIX
    + _EMPHASIS
    + r"(?P<who>[^\W\d_][^:.?!\n*]{0,60}?)[ ](?:replies|responds|answers|says)"
    + r"(?P<close>\*{1,3}|_{1,3})?:(?P<close2>\*{1,3}|_{1,3})?[ ]*",
    re.IGNORECASE,
)
_ITS_ANSWER = r"(?:['’]s[ ](?:answer|reply|response|advice))?"
_EXPERT = re.compile(r"(?:our|the) (?:expert|editor|columnist|coach)", re.IGNORECASE)

#: ``Q`` in the middle of a paragraph; what stands before it is looked at apart.
_MIDDLE = re.compile(
    r"(?P<open>\*{1,3}|_{1,3})?(?<![^\W_])(?P<letter>[QA])(?P<number>[ ]?#?\d{1,3})?"
    r"(?:(?:(?P<close>\*{1,3}|_{1,3})[ ]?)?[:.](?P<close2>\*{1,3}|_{1,3})?"
    r"|(?(open)(?P<close3>\*{1,3}|_{1,3})(?=\s)|(?!)))"
    r"(?P<blank>\s*)(?P<next>\S?)"
)

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]*_]*$")
#: The full stop of an initial or an abbreviation such as U.S.A.
_INITIAL = re.compile(r"(?:^|[^A-Za-z])[A-Z]\.$")
#: "Q: and A: sessions".
_NOT_A_MARK = re.compile(r"\s*(?:and|&|or|oder|und|et|y)\s+A\b")
#: "A: leave, B: stay".
_SECOND_OPTION = re.compile(r"(?:^|[\s(])B[:.)]\s")
_NAME_AFTER_INITIAL = re.compile(
    r"[A-Z]\.\s|[A-Z][\w'’-]*[ ](?:said|says|wrote|writes|told|asked)\b"
)
_ASKED_FURTHER_ON = re.compile(r"\?|\sA[:.]\s")


def at_start(text: str) -> Marker | None:
    """Look for a mark at the beginning of a block."""
    head = text[:300]
    lettered = _LETTER.match(head)
    if lettered is not None:
        return _lettered(lettered, text)
    worded = _WORDED.match(head) or _NUMBERED.match(head)
    if worded is not None:
        return _worded(worded, text)
    bare = _BARE.match(head)
    if bare is not None:
        letter = bare["letter"] or bare["small"].upper()
        return Marker(opens=_opens(letter), end=bare.end(), is_bare=True)
    asks = _ASKS.match(head)
    if asks is not None:
        return _marker(asks, Opens.QUESTION, asker=_asker(asks["asker"]), is_word=True)
    return None


def reply(text: str, names: tuple[str, ...]) -> Marker | None:
    """Look for the answerer's name as the mark of an answer: ``Jo:``, ``Jo Doe replies:``."""
    head = text[:120]
    match = _REPLIES.match(head)
    if match is not None and (match["who"] in names or _EXPERT.fullmatch(match["who"])):
        return _marker(match, Opens.ANSWER)
    for name in names:
        pattern = (
            _PREFIX
            + _EMPHASIS
            + re.escape(name)
            + f"{_ITS_ANSWER}{_CLOSING}?:"
            + _CLOSING_AFTER
            + "[ ]*"
        )
        match = re.match(pattern, head)
        if match is not None:
            return _marker(match, Opens.ANSWER)
    return None


def in_middle(text: str, start: int, *, expects_answer: bool, dotted: bool) -> Iterator[Marker]:
    """Give the marks after ``start``; those of answers only where an answer can come.

    Args:
        text: The paragraph.
        start: Where its own mark ends.
        expects_answer: A question is open where the paragraph begins.
        dotted: The page marks answers with ``A.``, so that one is no initial.
    """
    at = start
    while (match := _MIDDLE.search(text, at)) is not None:
        at = match.start("blank")
        opens = _opens(match["letter"])
        if opens is Opens.ANSWER and not expects_answer:
            continue
        is_certain = _is_certain(text, match, opens, dotted=dotted)
        if is_certain is None:
            continue
        expects_answer = opens is Opens.QUESTION
        yield replace(_marker(match, opens), end=match.start("next"), is_certain=is_certain)


def _is_certain(text: str, match: re.Match[str], opens: Opens, *, dotted: bool) -> bool | None:
    """Tell whether a mark in mid-paragraph is certain, doubtful, or none (``None``)."""
    before = text[max(0, match.start() - 40) : match.start()]
    after = text[match.start("next") : match.start("next") + 400]
    # Emphasis makes a letter a mark as a colon does.
    with_colon = ":" in match[0] or bool(match["close3"])
    if (
        not _begins_a_sentence(after)
        or (not with_colon and _INITIAL.search(before.rstrip()))
        or (match["number"] and "?" not in after)
    ):
        return None
    ends_sentence = _SENTENCE_END.search(before.rstrip()) is not None
    if opens is Opens.ANSWER:
        is_mark = ends_sentence and not _SECOND_OPTION.search(after)
        answers = dotted or before.rstrip().endswith("?")
        is_initial = not with_colon and (not answers or _NAME_AFTER_INITIAL.match(after))
        return True if is_mark and not is_initial else None
    if ends_sentence:
        return True if match["blank"] or with_colon else None
    # "the Q: Time session" is a name; a question mark or an answer further on says otherwise.
    is_doubtful = with_colon and before[-1:].isspace() and _ASKED_FURTHER_ON.search(after)
    return False if is_doubtful else None


def _begins_a_sentence(after: str) -> bool:
    first = next((letter for letter in after[:6] if letter not in "\"'“‘„«([*_¿¡"), "")
    return bool(first) and not first.islower() and (first.isalnum() or first in "$€£#@\\")


def _lettered(match: re.Match[str], text: str) -> Marker | None:
    opens = _opens(match["letter"] or match["bracketed"])
    after = text[match.end() : match.end() + 400]
    if _NOT_A_MARK.match(after):
        return None
    if opens is Opens.ANSWER:
        # "A – the first letter", "A) leave, B) stay": too weak for a letter that is a word.
        is_initial = "." in match[0] and _NAME_AFTER_INITIAL.match(after)
        is_weak = re.search(r"A[ ]?(?:\)|[–—-])", match[0]) and not match["open"]
        if is_initial or is_weak or _SECOND_OPTION.search(after):
            return None
    return _marker(match, opens)


def _worded(match: re.Match[str], text: str) -> Marker | None:
    found = match.groupdict()
    opens = Opens.ANSWER if found.get("answer") else Opens.QUESTION
    # "Question 2. of the survey", "Response - none": a dot or dash needs a number or emphasis.
    is_weak = (found.get("mark") or ":").strip() in {".", "-", "–", "—", ")"}
    if is_weak and not (
        found.get("number") or found.get("open") or not text[match.end() :].strip()
    ):
        return replace(_marker(match, opens, is_word=True), is_bare=True)
    return _marker(match, opens, asker=_asker(found.get("asker") or ""), is_word=True)


def _opens(letter: str) -> Opens:
    return Opens.QUESTION if letter == "Q" else Opens.ANSWER


def _asker(text: str) -> str:
    """Give the reader's name without the word reader, which alone is no name."""
    text = re.sub(r"^(?:our )?reader\s+(?=[A-Z])", "", text.strip(), flags=re.IGNORECASE)
    return "" if re.fullmatch(r"(?:a |our |one )?reader", text, re.IGNORECASE) else text


def _marker(
    match: re.Match[str], opens: Opens, *, asker: str = "", is_word: bool = False
) -> Marker:
    found = match.groupdict()
    is_closed = any(found.get(name) for name in ("close", "close2", "close3"))
    return Marker(
        opens=opens,
        start=match.start(),
        end=match.end(),
        emphasis="" if is_closed else found.get("open") or "",
        asker=asker,
        is_word=is_word,
    )
