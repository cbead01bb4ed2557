"""Who signs at a place of the page: the reader below a question, the answerer below an answer."""

from pipeline.content.importing import boundaries, names, segments, signatures
from pipeline.content.importing.blocks import Block, Kind
from pipeline.content.importing.parts import Entry
from pipeline.content.importing.roles import Role
from pipeline.content.importing.signatures import Signature
from pipeline.content.importing.surroundings import Surroundings


def of_reader(block: Block, entry: Entry, around: Surroundings, at: int) -> str | None:
    """Give the name with which a block signs the open question; ``None`` when it does not.

    An empty name is a farewell whose name comes in the next block.
    """
    if not _may_sign(block):
        return None
    found = _find(block)
    plain = block.plain
    if found is None and not _is_plain_signature(plain, entry, around, at):
        return None
    name = found.name if found else signatures.tidy(plain)
    return name if around.is_own(name) or not _is_answered(entry, around, at) else None


def of_answerer(block: Block, around: Surroundings, at: int) -> str | None:
    """Give the name with which the answerer signs an answer; ``None`` when it is text.

    It is empty for a farewell above the name, and where the name is no whole one.
    """
    if not _may_sign(block):
        return None
    found = _find(block)
    if found is not None and not found.name:
        following = around.following(at)
        if following is None:
            return None
        below = around.cut[following].block.plain.rstrip(".")
        return "" if below in around.own_names else None
    name = found.name if found else block.plain.rstrip(".")
    is_own = around.is_own(name) if found else name in around.own_names
    if not is_own:
        return None
    return names.tidy(name) if names.is_name(name) else ""


def _find(block: Block) -> Signature | None:
    text = segments.unquoted(block).text if block.kind is Kind.QUOTE else block.text
    return signatures.find(text.strip())


def _may_sign(block: Block) -> bool:
    return block.kind in {Kind.PARAGRAPH, Kind.LIST, Kind.QUOTE} and len(block.text) <= 200


def _is_plain_signature(plain: str, entry: Entry, around: Surroundings, at: int) -> bool:
    """Tell whether a short line without a dash signs the question.

    It does when an answer's mark comes next, or when it is shaped like a name and
    text follows that can be the answer.
    """
    if not signatures.is_plain_name(plain):
        return False
    if around.answers_next(at):
        return True
    following = around.following(at)
    if following is None or around.asks(following) or around.is_answer_marked(at):
        return False
    has_asked = boundaries.asks_at_end(entry.question[-1].block.plain)
    return has_asked or entry.is_signed or " in " in plain or "withheld" in plain.lower()


def _is_answered(entry: Entry, around: Surroundings, at: int) -> bool:
    """Tell whether an answer without a mark has begun, so that a name signs a quotation."""
    if any(part.role is Role.SALUTATION for part in entry.marks):
        return False
    if around.answers_next(at) or around.is_answer_marked(at):
        return False
    return boundaries.has_advice(tuple(part.block.plain for part in entry.question))
