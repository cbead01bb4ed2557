"""Blocks -> segments: each begins with at most one mark and has none in its middle."""

import re
from dataclasses import dataclass, replace

from pipeline.content.importing import markers, salutations
from pipeline.content.importing.blocks import Block, Hint, Kind
from pipeline.content.importing.markers import Marker, Opens

_QUOTE_MARK = re.compile(r"^[ ]*>[ ]?")
_PROSE = frozenset({Kind.PARAGRAPH, Kind.HEADING, Kind.LIST, Kind.QUOTE})


@dataclass(frozen=True, slots=True)
class Segment:
    """A block, or the part of one that a mark opens."""

    block: Block
    marker: Marker | None = None

    @property
    def opens_question(self) -> bool:
        return self.marker is not None and self.marker.opens is Opens.QUESTION

    @property
    def opens_answer(self) -> bool:
        return self.marker is not None and self.marker.opens is Opens.ANSWER

    def parted(self) -> tuple[Block, Block]:
        """Give the mark, and the text that it opens without the mark's emphasis."""
        if self.marker is None:
            return self.block.between(0, 0), self.block
        mark = self.block.between(0, self.marker.end)
        return mark, opened(self.block, self.marker.end, self.marker.emphasis)


def opened(block: Block, at: int, emphasis: str) -> Block:
    """Give a block from an offset on; emphasis that began before it begins again, or is dropped."""
    rest = block.between(at)
    if block.kind is Kind.LIST or (block.kind is Kind.QUOTE and ">" in block.text[:at]):
        rest = rest.with_kind(Kind.PARAGRAPH) if "\n" not in rest.text.strip() else rest
    if not emphasis:
        return rest
    text = rest.text.rstrip()
    if text.endswith(emphasis) and text.count(emphasis) == 1:
        return rest.between(0, len(text) - len(emphasis))
    if emphasis in text and rest.runs:
        first = rest.runs[0]
        return replace(rest, runs=(replace(first, text=emphasis + first.text), *rest.runs[1:]))
    return rest


def unquoted(block: Block) -> Block:
    """Give a quotation as the paragraph that it quotes."""
    runs = tuple(replace(run, text=_QUOTE_MARK.sub("", run.text)) for run in block.runs)
    return replace(block, kind=Kind.PARAGRAPH, runs=runs)


def cut(blocks: tuple[Block, ...]) -> tuple[Segment, ...]:
    """Cut blocks at the marks in their middle."""
    starts = [markers.at_start(block.text) if _is_prose(block) else None for block in blocks]
    is_bare = not any(mark and mark.opens is Opens.QUESTION and not mark.is_bare for mark in starts)
    dotted = any(
        mark is not None and not mark.is_word and "." in block.text[mark.start : mark.end]
        for mark, block in zip(starts, blocks, strict=True)
    )
    quotes_all = not any(
        mark and mark.opens is Opens.QUESTION and not mark.is_bare and block.kind is not Kind.QUOTE
        for mark, block in zip(starts, blocks, strict=True)
    )
    segments: list[Segment] = []
    expects_answer = False
    for block, found in zip(blocks, starts, strict=True):
        mark = found
        if mark is not None and block.kind is Kind.QUOTE and not (quotes_all or expects_answer):
            mark = None  # An answer quotes somebody's question; the page sets its own apart.
        if mark is not None and mark.is_bare:
            is_answer = mark.opens is Opens.ANSWER and expects_answer
            is_company = is_bare and not mark.is_word
            if not (is_answer and (is_company or mark.is_word)) and not (
                is_company and mark.opens is Opens.QUESTION
            ):
                mark = None
        if mark is not None:
            expects_answer = mark.opens is Opens.QUESTION
        elif greets(block):
            expects_answer = True
        if not _is_prose(block):
            segments.append(Segment(block))
            continue
        start = mark.end if mark else 0
        middle = tuple(
            markers.in_middle(block.text, start, expects_answer=expects_answer, dotted=dotted)
        )
        segments += _pieces(block, mark, middle)
        if middle:
            expects_answer = middle[-1].opens is Opens.QUESTION
    return tuple(segments)


def greets(block: Block) -> bool:
    """Tell whether a block begins like a letter."""
    is_letter = block.kind in {Kind.PARAGRAPH, Kind.QUOTE} and _is_prose(block)
    return is_letter and salutations.find(block.text) is not None


def _is_prose(block: Block) -> bool:
    return block.kind in _PROSE and block.hint is not Hint.PAGE_TITLE


def _pieces(block: Block, first: Marker | None, middle: tuple[Marker, ...]) -> list[Segment]:
    starts = [0, *(mark.start for mark in middle)]
    ends = [*(mark.start for mark in middle), len(block.text)]
    marks = [first, *middle]
    pieces: list[Segment] = []
    for start, end, mark in zip(starts, ends, marks, strict=True):
        if mark is None and not block.text[start:end].strip():
            continue
        piece = block.between(start, end)
        if start:
            piece = piece.with_kind(Kind.PARAGRAPH)
        moved = replace(mark, start=0, end=mark.end - start) if mark is not None and start else mark
        pieces.append(Segment(piece, moved))
    return pieces
