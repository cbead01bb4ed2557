"""The head of a page: byline, title, date, category and dek, in whatever order."""

# ruff: noqa: RUF001 - curly quotes and dashes are what is looked for

import re
from dataclasses import dataclass, field, replace
from datetime import date

from pipeline.content.importing import bios, dates, furniture, names, pointers
from pipeline.content.importing.blocks import Block, Hint, Kind, plain
from pipeline.content.importing.pointers import Pointer
from pipeline.content.importing.roles import Role

_BYLINE = re.compile(
    r"(?:(?:opinion|column|advice|words|text|story|answers?|answered|written|posted|submitted|reported)\s+)?"
    r"(?:by|von|par|por|da|af|av|door|à cura di)\s*:?\s+(?P<name>\S.{0,160})"
    r"|(?:author|autor|autorin|auteur)\s*:\s*(?P<author>\S.{0,120})",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"\s*(?:[|·•/–—]|,(?!\s*(?:jr|sr|ph\.?d|md)\b)|\s-\s|\(|\b(?:for|on)\b|\bin\b(?=\s[A-Z]))\s*",
    re.IGNORECASE,
)
_TOPIC_LABEL = re.compile(
    r"(?:filed under|categor(?:y|ies)|topics?|tags?|section|posted in|in|kategorien?|thema|rubrik"
    r"|catégories?|rubrique|categoría)\s*:\s*",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*[|/·•,;>»›]\s*|\s+[–—-]\s+")
_GLUED = re.compile(r"(?<=[a-z]{4})(?=IT\b|[A-Z][a-z]{3,})|(?<=\bIT)(?=[A-Z][a-z]{3,})")
_ONE_WORD = frozenset(
    {"JavaScript", "PowerPoint", "TypeScript", "YouTube", "WordPress", "LinkedIn", "GitHub"}
)
#: The names of columns and of home pages are no topics.
_MASTHEAD = re.compile(
    r"(?:the|ask|dear|home|your|my)\b.*|.*\b(?:magazine|times|news|daily|weekly|post|journal|blog)",
    re.IGNORECASE,
)
#: What a text is, not what it is about.
_GENRES = frozenset({"opinion", "column", "columns", "advice", "feature", "news", "blog", "q&a"})
_BOLD = re.compile(r"\*\*[^*]+\*\*|__[^_]+__")
_ENDS = re.compile(r"[.!?…:;,][\"”’»)\]]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head of a page says about all its Q&As."""

    title: str = ""
    answered_by: str = ""
    asked_on: date | None = None
    topics: tuple[str, ...] = ()
    #: The roles of each block, in their order.
    roles: tuple[tuple[Role, ...], ...] = ()
    pointers: tuple[Pointer, ...] = ()


@dataclass(slots=True)
class _Line:
    """One block of the head while it is looked at."""

    block: Block
    roles: list[Role] = field(default_factory=list)
    #: What is left when byline and date are taken out.
    rest: tuple[str, ...] = ()


def read(blocks: tuple[Block, ...], body: tuple[Block, ...] = ()) -> Head:
    """Give each block before the first question its roles, and what they say.

    A name without "by" is a byline when the page's ``body`` lets it speak or speaks of it.
    """
    lines = [_Line(block) for block in blocks]
    head = Head()
    is_named = any(_has_byline(block.plain) for block in blocks)
    for line in lines:
        head = _read_line(line, head, is_named=is_named)
    if not head.answered_by:
        head = _read_bare_name(lines, head, body)
    head = _read_title(lines, head)
    head = _read_topics(lines, head)
    for line in lines:
        if not line.roles:
            bio = _bio(line.block, head)
            if bio is not None and bio.name and not head.answered_by:
                head = replace(head, answered_by=names.tidy(bio.name))
            line.roles.append(Role.BIO if bio is not None else _prose_role(line.block))
    return replace(head, roles=tuple(tuple(dict.fromkeys(line.roles)) for line in lines))


def _read_line(line: _Line, head: Head, *, is_named: bool) -> Head:
    """Read what a line says by itself, wherever it stands."""
    block = line.block
    text = block.plain
    if block.kind in {Kind.FURNITURE, Kind.RULE} and block.hint is not Hint.PAGE_TITLE:
        line.roles.append(Role.FURNITURE)
    elif block.hint is Hint.PAGE_TITLE:
        return head
    elif (
        furniture.is_line(text) or furniture.is_menu(block.text) or furniture.is_picture(block.text)
    ):
        line.roles.append(Role.FURNITURE)
    elif block.kind is not Kind.HEADING or block.level > 1:
        head = _read_facts(line, text, head, is_named=is_named)
    return head


def _has_byline(text: str) -> bool:
    dated = dates.find(text)
    return any(byline(part) for part in (dated.rest if dated else (text,)))


def _read_facts(line: _Line, text: str, head: Head, *, is_named: bool) -> Head:
    parts: tuple[str, ...] = (text,)
    dated = dates.find(text)
    if dated is not None and all(_is_short(part) or byline(part) for part in dated.rest):
        line.roles.append(Role.DATE)
        head = replace(head, asked_on=head.asked_on or dated.on)
        parts = dated.rest
    rest: list[str] = []
    for part in parts:
        # Beside a date a bare name is the byline, on a page that says "by" nowhere.
        is_place = line.block.hint is Hint.BYLINE or (line.roles and not is_named)
        name = byline(part) or (_bare_name(part) if is_place else "")
        if name:
            line.roles.append(Role.BYLINE)
            head = replace(head, answered_by=head.answered_by or name)
        elif any(letter.isalnum() for letter in part):
            rest.append(part)
    line.rest = tuple(rest)
    if not line.roles:
        pointer = pointers.find(line.block.text)
        if pointer is not None and (pointer.inspiration or _ENDS.search(text)):
            line.roles.append(Role.POINTER)
            head = replace(head, pointers=(*head.pointers, pointer))
    elif rest and not all(_is_short(part) for part in rest):
        line.roles.append(Role.UNKNOWN)
    return head


def _read_bare_name(lines: list[_Line], head: Head, body: tuple[Block, ...]) -> Head:
    """Take a name alone on its line for the byline, when the page's body knows it."""
    for line in lines:
        name = _bare_name(line.block.plain)
        is_free = not line.roles and line.block.kind is not Kind.HEADING
        if is_free and name and _is_heard_of(name, body):
            line.roles.append(Role.BYLINE)
            line.rest = ()
            return replace(head, answered_by=name)
    return head


def byline(text: str) -> str:
    """Give the name in a byline, or nothing: ``By Jane Roe | Contributing writer``."""
    match = _BYLINE.fullmatch(text.strip(" *_|·–—"))
    if match is None:
        return ""
    whole = match["name"] or match["author"]
    name = names.tidy(_AFTER_NAME.split(whole, maxsplit=1)[0])
    return name if names.is_name(name) or _is_lower_name(text, name) else ""


def _is_lower_name(text: str, name: str) -> bool:
    """Tell whether a page that writes all its byline small names somebody: ``by jo doe``."""
    return text == text.lower() and 2 <= len(name.split()) <= 3 and names.is_name(name.title())


def _bare_name(text: str) -> str:
    name = names.tidy(_AFTER_NAME.split(text, maxsplit=1)[0])
    return name if names.is_name(name, most=4) and len(name.split()) > 1 else ""


def _is_short(text: str) -> bool:
    return len(text.split()) <= 6 and len(text) <= 60 and not _ENDS.search(text)


def _read_title(lines: list[_Line], head: Head) -> Head:
    """Choose the title: a heading that the page's own title repeats, a heading, a short line."""
    page = next((line for line in lines if line.block.hint is Hint.PAGE_TITLE), None)
    page_title = page.block.plain if page else ""
    headings = [line for line in lines if line.block.kind is Kind.HEADING and not line.roles]
    chosen = next(
        (
            line
            for line in headings
            if page_title and page_title.casefold().startswith(line.block.plain.casefold())
        ),
        None,
    )
    if chosen is None and headings:
        top = min(line.block.level for line in headings)
        chosen = [line for line in headings if line.block.level == top][-1 if top == 1 else 0]
    if chosen is None:
        chosen = _title_of_text(lines, is_set=bool(page_title))
    if chosen is not None:
        chosen.roles.append(Role.TITLE)
    if page is not None:
        page.roles.append(Role.TITLE)
    title = chosen.block.plain if chosen else re.split(r"\s+[|–—»·]\s+|\s+-\s+", page_title)[0]
    return replace(head, title=title)


def _title_of_text(lines: list[_Line], *, is_set: bool) -> _Line | None:
    """Choose among paragraphs: one that is bold, else the longest of the short lines."""
    candidates = [line for line in lines if not line.roles and _may_be_title(line.block)]
    bold = [line for line in candidates if _BOLD.fullmatch(line.block.text.strip())]
    if bold or is_set:
        return bold[0] if bold else None
    return max(candidates, key=lambda line: _weight(line.block), default=None)


def _weight(block: Block) -> int:
    """Tell how much like a title a line looks; a row of categories and a masthead do less."""
    text = block.plain
    weight = 2 * min(block.words, 5) - 6 * ("|" in text) - text.isupper()
    return weight + 3 * (block.words > 2 and _is_in_title_case(text))


def _is_in_title_case(text: str) -> bool:
    """Tell whether all the longer words are capitalised, as a dek's are not."""
    return all(word[0].isupper() for word in re.findall(r"[^\W\d_]{4,}", text))


def _may_be_title(block: Block) -> bool:
    text = block.plain
    if block.kind is not Kind.PARAGRAPH or not any(letter.isalnum() for letter in text):
        return False
    if block.hint not in {Hint.NONE, Hint.BYLINE}:
        return False
    return block.words <= 16 and len(text) <= 120 and not re.search(r"[.:;,…][\"”’»)\]]*$", text)


def _read_topics(lines: list[_Line], head: Head) -> Head:
    """Take the short lines that are left for categories, those of the date line first."""
    topics: list[str] = []
    title_at = next(
        (
            at
            for at, line in enumerate(lines)
            if Role.TITLE in line.roles and line.block.hint is not Hint.PAGE_TITLE
        ),
        -1,
    )
    for at, line in enumerate(lines):
        dated = Role.DATE in line.roles or Role.BYLINE in line.roles
        texts = line.rest if dated else (line.block.plain,) if not line.roles else ()
        found: list[str] = []
        for text in texts:
            found += _topics(text, line.block)
        if not found:
            continue
        if at < title_at and not dated and all(_MASTHEAD.fullmatch(topic) for topic in found):
            line.roles.append(Role.FURNITURE)
            continue
        if line.block.kind is Kind.HEADING and line.block.level == 1 and title_at >= 0:
            line.roles.append(Role.FURNITURE)  # Of two first headings one is the site's.
            continue
        line.roles.append(Role.TOPIC)
        topics += [names.tidy(topic) for topic in found]
    about = [topic for topic in topics if topic.casefold() not in _GENRES]
    return replace(head, topics=tuple(dict.fromkeys(about or topics)))


def topics(block: Block) -> list[str]:
    """Give the topics of a block outside of the head that the page's markup calls so."""
    items = [plain(line).lstrip("-*• ") for line in block.text.split("\n") if line.strip()]
    return [names.tidy(topic) for item in items for topic in _topics(item, block)]


def _topics(text: str, block: Block) -> list[str]:
    label = _TOPIC_LABEL.match(text)
    text = text[label.end() :] if label else text
    if block.kind not in {Kind.PARAGRAPH, Kind.HEADING, Kind.LIST} or len(text) > 160:
        return []
    if not label and (_ENDS.search(text) or block.hint is Hint.DEK):
        return []
    parts = [part.strip(" *_-•") for whole in _PARTS.split(text) for part in _unglued(whole)]
    parts = [part for part in parts if part and part.casefold() != "home"]
    if not parts or len(parts) > 8 or any(len(part.split()) > 4 for part in parts):
        return []
    if not all(
        part[0].isupper() or not part[0].isalpha() or label or len(parts) == 1 for part in parts
    ):
        return []
    return parts if any(letter.isalpha() for letter in text) else []


def _unglued(text: str) -> list[str]:
    if " " not in text or any(word in _ONE_WORD for word in text.split()):
        return [text]
    return _GLUED.split(text)


def _is_heard_of(name: str, body: tuple[Block, ...]) -> bool:
    starts = (
        f"{name} ",
        f"{name}'s ",
        f"{name}’s ",
        *(f"{form}:" for form in names.forms(name) if len(form) > 1),
    )
    return any(block.plain.startswith(starts) for block in body)


def _bio(block: Block, head: Head) -> bios.Bio | None:
    if block.hint is Hint.BIO:
        return bios.Bio()
    if block.kind is not Kind.PARAGRAPH or block.hint is Hint.DEK:
        return None
    return bios.find(block.text, head.answered_by, is_set_apart=True)


def _prose_role(block: Block) -> Role:
    is_prose = block.kind in {Kind.PARAGRAPH, Kind.HEADING, Kind.QUOTE} and block.words <= 70
    return Role.DEK if is_prose or block.hint is Hint.DEK else Role.UNKNOWN
