"""The words that open a letter or the reply to it: ``Dear Jo,`` and ``Dear Tired:``."""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re
from dataclasses import dataclass

_GREETINGS = (
    r"dear(?:est)?|hi(?:[ ]there)?|hello|hey|greetings|good[ ](?:morning|day|afternoon)|to"
    r"|liebe[rs]?|hallo|sehr[ ]geehrte[rs]?|guten[ ]tag|cher|chère|chers|bonjour"
    r"|querid[oa]s?|estimad[oa]s?|hola|car[oa]|gentile|beste|kära|عزيزي|عزيزتي"
)

_SALUTATION = re.compile(
    r"[ ]*(?:>[ ]?)*(?P<open>\*{1,3}|_{1,3})?(?P<greeting>" + _GREETINGS + r")[ ]+"
    r"(?P<name>[^\s,:;.!?…*_\n][^,:;!?…*_\n]{0,50}?)[ ]?(?P<close>\*{1,3}|_{1,3})?"
    r"(?P<mark>,|:|;|!|…|\.{3}|[ ]?[–—-]{1,2}(?=\s|$)|(?=[ ]*(?:\n|$)))"
    r"(?P<close2>\*{1,3}|_{1,3})?[ ]*",
    re.IGNORECASE,
)

#: Words that stand in a sentence, never in the name of who is written to.
_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|do|does|did|it|that|this|which|who|you)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Salutation:
    """Who is addressed, and where the letter itself begins."""

    name: str
    end: int
    #: Nothing else stands in the block.
    is_alone: bool
    #: Emphasis that began before it and goes on after it.
    emphasis: str = ""


def find(text: str) -> Salutation | None:
    """Look for a salutation at the beginning of a block."""
    match = _SALUTATION.match(text[:160])
    if match is None:
        return None
    name = match["name"].strip()
    formal = (
        match["greeting"].lower().startswith(("dear", "liebe", "sehr", "cher", "querid", "estimad"))
    )
    if len(name.split()) > (6 if formal else 3) or _SENTENCE.search(name):
        return None
    if match["greeting"].lower() == "to" and not match["mark"].startswith(":"):
        return None
    rest = text[match.end() :].strip()
    if not match["mark"] and (rest or name.endswith(".")):
        return None
    # "Hello world! …" may be prose; only who is named with a capital is greeted.
    if not formal and not (name[0].isupper() or name.lower() in {"there", "all", "everyone"}):
        return None
    emphasis = "" if match["close"] or match["close2"] else match["open"] or ""
    return Salutation(name, match.end(), not rest, emphasis)


def is_same(one: str, other: str) -> bool:
    """Tell whether two salutations address the same person: ``Jo``, ``Ms. Doe``, ``Jo Doe``."""
    return bool(_significant(one) & _significant(other))


def _significant(name: str) -> set[str]:
    words = re.findall(r"\w+", name.casefold())
    kept = {
        word
        for word in words
        if word not in {"dr", "mr", "mrs", "ms", "mx", "prof", "the", "in", "and"}
    }
    return kept or set(words)
