"""What can be told only when the whole page was read: unmarked answers, a hidden bio."""

from dataclasses import replace

from pipeline.content.importing import bios, boundaries
from pipeline.content.importing.blocks import Hint, Kind
from pipeline.content.importing.parts import Entry, Page, Part
from pipeline.content.importing.roles import Role

_NO_QUESTION = "no question was found; write it, or delete this file"


def settle(page: Page) -> None:
    """Part questions from answers without a mark, and look for a bio in unlikely places."""
    for entry in page.entries:
        if not entry.question and not entry.answer:
            # A mark without any text, at the end of a page for instance.
            page.parts += [replace(part, role=Role.UNKNOWN) for part in entry.marks]
    page.entries = [entry for entry in page.entries if entry.question or entry.answer]
    others_marked = any(entry.is_answered for entry in page.entries)
    for entry in page.entries:
        if not entry.is_answered:
            _part(entry, others_marked=others_marked)
        elif not entry.answer:
            entry.doubt(boundaries.MISSING)
        if not entry.question:
            entry.doubt(_NO_QUESTION)
    if not page.bio and page.entries:
        _find_bio_in_answer(page, page.entries[-1])
    if not page.bio:
        _find_bio_in_asides(page)


def _part(entry: Entry, *, others_marked: bool) -> None:
    texts = tuple(part.block.plain for part in entry.question)
    boundary = boundaries.find(texts, others_marked=others_marked)
    moved = entry.question[boundary.at :]
    entry.question = entry.question[: boundary.at]
    entry.answer = [Part(part.order, Role.ANSWER, part.block) for part in moved]
    if boundary.doubt:
        entry.doubt(boundary.doubt)


def _find_bio_in_answer(page: Page, entry: Entry) -> None:
    """Cut off the end of the page's last paragraph when it speaks of the answerer."""
    if not entry.answer or entry.answer[-1].block.kind is not Kind.PARAGRAPH:
        return
    last = entry.answer[-1]
    bio = bios.find_trailing(last.block.text, page.answered_by)
    if bio is None:
        return
    rest = last.block.between(bio.start)
    entry.answer[-1] = Part(last.order, Role.ANSWER, last.block.between(0, bio.start))
    page.bio.append(rest.text)
    page.parts.append(Part(last.order, Role.BIO, rest))


def _find_bio_in_asides(page: Page) -> None:
    """Take the bio from a footer or box, where the column itself has none."""
    for at, part in enumerate(page.parts):
        block = part.block
        if block.kind is not Kind.FURNITURE:
            continue
        speaks = block.hint is Hint.ASIDE and page.answered_by
        if block.hint is Hint.BIO or (speaks and bios.speaks_of(block.text, page.answered_by)):
            page.bio.append(block.text)
            page.parts[at] = Part(part.order, Role.BIO, block)
