"""What stands before and after a segment: is it a question, is its answer marked?"""

import re
from dataclasses import dataclass
from functools import cached_property

from pipeline.content.importing import (
    bios,
    furniture,
    markers,
    names,
    pointers,
    salutations,
    signatures,
)
from pipeline.content.importing.blocks import Block, Hint, Kind
from pipeline.content.importing.segments import Segment

#: How far a look ahead goes; more furniture than this never stands between two paragraphs.
_FAR = 12


@dataclass
class Surroundings:
    """Answers questions about the segments of a page, whose answerer is known by and by."""

    cut: tuple[Segment, ...]
    #: Where the head ends.
    first: int
    #: From the byline; empty until a bio or a signature tells.
    answerer: str

    @cached_property
    def addressee(self) -> str:
        """Whom the first letter greets: the answerer, or the column by its name."""
        found = (greeting_of(segment) for segment in self.cut)
        return next((greeting.name for greeting in found if greeting is not None), "")

    @cached_property
    def last_question(self) -> int:
        """The last segment that opens a question; -1 without one."""
        asking = [at for at in range(self.first, self.end) if self.asks(at)]
        return asking[-1] if asking else -1

    @cached_property
    def end(self) -> int:
        """Where other stories or readers' comments begin: after the last marked answer."""
        last_answer = max((at for at, each in enumerate(self.cut) if each.opens_answer), default=0)
        last_mark = max((at for at, each in enumerate(self.cut) if each.marker), default=0)
        for at in range(max(self.first, last_answer) + 1, len(self.cut)):
            block = self.cut[at].block
            if block.kind is not Kind.HEADING and block.words > 5:
                continue
            is_tail = at > last_mark and furniture.begins_tail(block.plain)
            if is_tail or furniture.begins_comments(block.plain):
                return at
        return len(self.cut)

    @cached_property
    def _has_line_titles(self) -> bool:
        """Tell whether short lines head at least two of the page's questions."""
        # What stands before the first one may be the page's title.
        places = range(self.first + 1, len(self.cut))
        titled = [at for at in places if self.asks(at) and is_title_line(self.cut[at - 1].block)]
        return len(titled) > 1

    def is_line_title(self, at: int) -> bool:
        """Tell whether a short line is a title, as before the page's other questions."""
        return is_title_line(self.cut[at].block) and self._has_line_titles

    @cached_property
    def _next_mark(self) -> tuple[bool | None, ...]:
        """For each segment, whether the next mark after it is an answer's."""
        following: bool | None = None
        found: list[bool | None] = []
        for segment in reversed(self.cut):
            found.append(following)
            following = segment.opens_answer if segment.marker else following
        return tuple(reversed(found))

    @property
    def own_names(self) -> tuple[str, ...]:
        own = names.forms(self.answerer)
        return (*own, self.addressee) if self.addressee else own

    def is_own(self, name: str) -> bool:
        """Tell whether a name is the answerer's or the column's."""
        own = (self.answerer, self.addressee)
        return any(salutations.is_same(name, each) for each in own if each)

    def asks(self, at: int) -> bool:
        """Tell whether a segment opens a question."""
        segment = self.cut[at]
        if segment.opens_question:
            return True
        greeting = greeting_of(segment)
        return greeting is not None and self.is_own(greeting.name)

    def following(self, at: int) -> int | None:
        """Give the next segment that is no furniture."""
        for index in range(at + 1, min(len(self.cut), at + _FAR)):
            if not _is_furniture(self.cut[index].block):
                return index
        return None

    def is_answer_marked(self, at: int) -> bool:
        """Tell whether a question that is open here has an answer with a mark further on."""
        return self._next_mark[at] is True

    def is_signed(self, at: int) -> bool:
        """Tell whether a signature comes before the next question."""
        for index in range(at + 1, min(len(self.cut), at + _FAR)):
            if self.asks(index):
                return False
            if signatures.find(self.cut[index].block.text.strip()):
                return True
        return False

    def answers_next(self, at: int) -> bool:
        """Tell whether the next segment says that it is an answer."""
        following = self.following(at)
        if following is None:
            return False
        segment = self.cut[following]
        if segment.opens_answer or markers.reply(segment.block.text, self.own_names):
            return True
        greeting = greeting_of(segment)
        return greeting is not None and not self.is_own(greeting.name)

    def is_below(self, at: int) -> bool:
        """Tell whether the site's own lines already follow the column at a segment."""
        since = self.cut[self.last_question + 1 : at]
        return self.closes_page(at) and any(
            segment.block.kind is not Kind.RULE and _is_furniture(segment.block)
            for segment in since
        )

    def closes_page(self, at: int) -> bool:
        """Tell whether after a segment nothing comes that could belong to an answer."""
        strangers = 0
        for segment in self.cut[at + 1 :]:
            block = segment.block
            if furniture.begins_tail(block.plain):
                return True
            if _is_furniture(block) or pointers.find(block.text):
                continue
            if bios.find(block.text, self.answerer, is_set_apart=True) is None:
                strangers += 1 if len(re.findall(r"\s", block.plain[:400])) < 30 else 2
            if strangers > 1:
                return False
        return True


def greeting_of(segment: Segment) -> salutations.Salutation | None:
    """Give the salutation that a question or an unmarked block begins with."""
    block = segment.block
    if block.kind not in {Kind.PARAGRAPH, Kind.QUOTE} or segment.opens_answer:
        return None
    if block.hint is Hint.PAGE_TITLE:
        return None
    start = segment.marker.end if segment.marker else 0
    return salutations.find(block.text[start : start + 200])


def is_title_line(block: Block) -> bool:
    """Tell whether a paragraph is as short as a heading and ends like one."""
    text = block.plain
    if block.kind is not Kind.PARAGRAPH or len(text) > 100:
        return False
    return 1 < block.words <= 10 and text[-1].isalnum() and text[0].isupper()


def _is_furniture(block: Block) -> bool:
    return block.kind in {Kind.FURNITURE, Kind.RULE} or furniture.is_line(block.plain)
