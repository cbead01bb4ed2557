"""Questions on a page that marks none: what is set like a question gets a mark, with doubt."""

import re

from pipeline.content.importing import boundaries, markers, signatures
from pipeline.content.importing.blocks import Block, Kind
from pipeline.content.importing.segments import Segment

_STRONG = re.compile(r"(?:\*\*|__)(?:(?!\*\*|__).)+(?:\*\*|__)", re.DOTALL)
_EMPHASISED = re.compile(r"(\*{1,3}|_{1,3})(?=\S)(?:(?!\1).)+\1", re.DOTALL)


def is_all_strong(text: str) -> bool:
    """Tell whether a block is bold from its beginning to its end."""
    return _STRONG.fullmatch(text.strip()) is not None


def is_all_emphasised(text: str) -> bool:
    return _EMPHASISED.fullmatch(text.strip()) is not None


def mark(cut: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Mark what is set like a question: before an answer's mark, a bold line, a signed letter."""
    marked = list(cut)
    for at, segment in enumerate(cut):
        before = at - 1
        if segment.opens_answer and before >= 0 and not cut[before].opens_answer:
            marked[before] = _marked(cut[before])
    if not any(segment.opens_question for segment in marked):
        marked = [
            _marked(segment) if _is_set_as_question(cut, at) else segment
            for at, segment in enumerate(cut)
        ]
    return tuple(marked)


def _is_set_as_question(cut: tuple[Segment, ...], at: int) -> bool:
    block = cut[at].block
    following = cut[at + 1].block if at + 1 < len(cut) else None
    if following is None or block.kind in {Kind.FURNITURE, Kind.RULE, Kind.CODE, Kind.LIST}:
        return False
    asks = boundaries.asks_at_end(block.plain)
    if block.kind is Kind.HEADING:
        # The first heading is the page's title, even when it asks.
        is_first = not any(segment.block.kind is Kind.HEADING for segment in cut[:at])
        return asks and not (is_first and block.level == 1) and following.kind is not Kind.HEADING
    if block.kind is Kind.QUOTE or is_all_emphasised(block.text):
        return asks and at > 0
    return signatures.find_trailing(block.text) is not None or (asks and _signs(following))


def _signs(block: Block) -> bool:
    return (
        block.kind in {Kind.PARAGRAPH, Kind.LIST}
        and signatures.find(block.text.strip()) is not None
    )


def _marked(segment: Segment) -> Segment:
    block = segment.block
    text = block.text.strip()
    match = _EMPHASISED.fullmatch(text)
    emphasis = match[1] if match and block.text.startswith(match[1]) else ""
    if block.kind is Kind.HEADING:
        block = block.with_kind(Kind.PARAGRAPH)
    return Segment(
        block, markers.Marker(opens=markers.Opens.QUESTION, end=len(emphasis), emphasis=emphasis)
    )
