"""Segments -> roles: what is question, answer, signature, bio, pointer, furniture."""

from enum import Enum, auto

from pipeline.content.importing import (
    bios,
    boundaries,
    furniture,
    heads,
    markers,
    names,
    pointers,
    salutations,
    segments,
    settling,
    signatures,
    signing,
    unmarked,
)
from pipeline.content.importing.blocks import Block, Hint, Kind
from pipeline.content.importing.heads import Head
from pipeline.content.importing.parts import Entry, Page, Part
from pipeline.content.importing.roles import Role
from pipeline.content.importing.segments import Segment
from pipeline.content.importing.surroundings import Surroundings


class _State(Enum):
    """What the text that comes next belongs to when nothing says otherwise."""

    NOTHING = auto()
    QUESTION = auto()
    ANSWER = auto()
    #: After the bio.
    CLOSED = auto()


def read(blocks: tuple[Block, ...]) -> tuple[Page, Head]:
    """Recognise the parts of a page."""
    cut = segments.cut(blocks)
    is_marked = any(_opens_letter(segment) for segment in cut)
    if not is_marked:
        cut = unmarked.mark(cut)
    first = next((at for at, segment in enumerate(cut) if _opens_letter(segment)), len(cut))
    if 0 < first < len(cut) and _is_subtitle(cut, first - 1):
        first -= 1
    all_blocks = tuple(segment.block for segment in cut)
    head = heads.read(all_blocks[:first], all_blocks[first:])
    page = _Walk(cut, first, head, doubts_questions=not is_marked).page()
    settling.settle(page)
    return page, head


def _opens_letter(segment: Segment) -> bool:
    """Tell whether a segment opens a question whatever came before."""
    return segment.opens_question or segments.greets(segment.block)


def _is_subtitle(cut: tuple[Segment, ...], at: int) -> bool:
    """Tell whether the block before the first question is its own heading, not the page's."""
    block = cut[at].block
    if block.kind is not Kind.HEADING or cut[at].marker is not None or block.level < 2:
        return False
    return any(
        (other.block.kind is Kind.HEADING and other.block.level < block.level)
        or other.block.hint is Hint.PAGE_TITLE
        for other in cut[:at]
    )


class _Walk:
    """Goes through the segments once, knowing what is open."""

    def __init__(
        self, cut: tuple[Segment, ...], first: int, head: Head, *, doubts_questions: bool
    ) -> None:
        self._around = Surroundings(cut, first, head.answered_by)
        self._head = head
        self._doubts_questions = doubts_questions
        self._page = Page(title=head.title)
        self._state = _State.NOTHING
        self._entry = Entry()
        #: A heading that belongs to the next question.
        self._subtitle: Part | None = None
        #: A rule stood between the answer and this place.
        self._is_set_apart = False
        self._at = 0
        self._order = 0

    def page(self) -> Page:
        cut, first = self._around.cut, self._around.first
        for segment, roles in zip(cut[:first], self._head.roles, strict=True):
            for role in roles:
                self._put(role, segment.block)
            if Role.BIO in roles:
                self._page.bio.append(segment.block.text)
        for self._at, segment in enumerate(cut[first:], first):
            self._read(segment)
        self._return_subtitle()
        self._page.answered_by = self._around.answerer
        return self._page

    # What a segment is, in the order of certainty.

    def _read(self, segment: Segment) -> None:
        block = segment.block
        if block.kind in {Kind.FURNITURE, Kind.RULE}:
            self._is_set_apart = self._is_set_apart or block.kind is Kind.RULE
            pointer = pointers.find(block.text)
            if pointer is not None and pointer.is_inspiring:
                self._point(pointer, block)
            else:
                self._put(Role.FURNITURE, block)
        elif self._at >= self._around.end:
            self._put(Role.FURNITURE, block)
        elif segment.opens_question:
            self._open_question(segment)
        elif self._reads_answer_mark(segment) or self._reads_salutation(block):
            return
        elif not (self._reads_page_part(block) or self._reads_signature(block)):
            self._read_text(block)

    def _open_question(self, segment: Segment) -> None:
        mark, text = segment.parted()
        self._begin_entry()
        if segment.marker is not None:
            self._entry.asked_by = segment.marker.asker
            if not segment.marker.is_certain:
                self._entry.doubt("the question begins in mid-sentence; check where")
        self._mark(Role.QUESTION, mark)
        self._add_question(text)

    def _reads_answer_mark(self, segment: Segment) -> bool:
        marker = segment.marker
        if marker is None and self._state is _State.QUESTION and self._entry.question:
            marker = markers.reply(segment.block.text, self._around.own_names)
        if marker is None or self._state not in {_State.QUESTION, _State.ANSWER}:
            return False
        is_second = self._state is _State.ANSWER and bool(self._entry.answer)
        if is_second and not self._takes_second_answer(marker, segment.block):
            return False
        mark, text = Segment(segment.block, marker).parted()
        self._mark(Role.ANSWER, mark)
        self._begin_answer()
        self._add_answer(text)
        return True

    def _takes_second_answer(self, marker: markers.Marker, block: Block) -> bool:
        """Take a second mark of an answer: its question lost its own, or two people answer."""
        if not marker.is_word and ":" not in block.text[: marker.end]:
            return False
        answer = self._entry.answer
        if len(answer) > 1 and boundaries.asks_at_end(answer[-1].block.plain):
            question = answer.pop()
            self._entry.doubt("the next question has no marker; check where this answer ends")
            self._begin_entry()
            self._entry.doubt("the question has no marker; check where it begins")
            self._entry.question.append(Part(question.order, Role.QUESTION, question.block))
        else:
            self._entry.doubt("two answers are marked; check whether a question is missing")
        return True

    def _reads_salutation(self, block: Block) -> bool:
        found = salutations.find(block.text) if block.kind in {Kind.PARAGRAPH, Kind.QUOTE} else None
        if found is None:
            return False
        if (self._state is _State.QUESTION and not self._entry.question) or (
            self._state is _State.ANSWER and not self._entry.answer
        ):
            return False  # The text itself begins here, and leaves its salutation out.
        is_own = self._around.is_own(found.name)
        if self._state is _State.QUESTION and not is_own:
            if self._around.is_answer_marked(self._at):
                return False
            self._begin_answer()
            self._add_answer(block)
            return True
        if self._state is _State.ANSWER and not is_own:
            if not self._around.is_signed(self._at):
                return False
            self._begin_entry()
            self._entry.doubt("the letter greets somebody else; check that it is a question")
        else:
            self._begin_entry()
        self._add_question(block)
        return True

    def _reads_page_part(self, block: Block) -> bool:
        """Read what belongs to the page wherever it stands."""
        if block.kind is Kind.CODE:
            return False
        is_menu = self._state is not _State.ANSWER and furniture.is_menu(block.text)
        if is_menu or furniture.is_line(block.plain):
            self._put(Role.FURNITURE, block)
            return True
        if block.hint is Hint.TOPIC and (topics := heads.topics(block)):
            self._page.topics += topics
            self._put(Role.TOPIC, block)
            return True
        pointer = pointers.find(block.text) if block.kind is not Kind.HEADING else None
        if pointer is not None:
            # Below the column a link without a reason is one of the site's own.
            is_below = self._state is _State.CLOSED or self._around.is_below(self._at)
            if is_below and not pointer.is_inspiring:
                self._put(Role.FURNITURE, block)
            else:
                self._point(pointer, block)
            return True
        return self._reads_subtitle(block) or self._reads_bio(block)

    def _waits_for_answer(self) -> bool:
        """Tell whether the open question can have no answer yet."""
        is_open = self._state is _State.QUESTION and not self._entry.is_signed
        return is_open and len(self._entry.question) < 2

    def _reads_subtitle(self, block: Block) -> bool:
        following = self._around.following(self._at)
        if following is None or not self._around.asks(following) or block.words > 16:
            return False
        is_heading = block.kind is Kind.HEADING or unmarked.is_all_strong(block.text)
        is_title_line = self._state is _State.ANSWER and self._around.is_line_title(self._at)
        if not is_heading and not (is_title_line and self._entry.answer):
            return False
        self._return_subtitle()
        self._subtitle = Part(self._next_order(), Role.TITLE, block)
        return True

    def _reads_bio(self, block: Block) -> bool:
        if self._at <= self._around.last_question or self._waits_for_answer():
            return False
        answerer = self._around.answerer
        if bios.is_heading(block.text, answerer):
            self._state, self._is_set_apart = _State.CLOSED, True
            self._put(Role.BIO, block)
            return True
        apart = self._is_set_apart or unmarked.is_all_emphasised(block.text)
        bio = bios.find(block.text, answerer, is_set_apart=apart or block.hint is Hint.BIO)
        if block.kind is Kind.HEADING or (bio is None and block.hint is not Hint.BIO):
            return False
        # Below a rule nobody speaks of herself by her name but in a bio.
        is_certain = self._is_set_apart and bios.speaks_of(block.text, answerer)
        if not (is_certain or self._state is _State.CLOSED) and not self._around.closes_page(
            self._at
        ):
            return False
        self._state = _State.CLOSED
        if bio is not None and not answerer:
            self._around.answerer = names.tidy(bio.name)
        self._page.bio.append(block.text)
        self._put(Role.BIO, block)
        return True

    def _reads_signature(self, block: Block) -> bool:
        if self._state is _State.ANSWER and self._entry.answer:
            name = signing.of_answerer(block, self._around, self._at)
            if name is not None:
                self._around.answerer = self._around.answerer or name
                self._mark(Role.SIGNATURE, block)
            return name is not None
        if self._state is not _State.QUESTION or not self._entry.question:
            return False
        name = signing.of_reader(block, self._entry, self._around, self._at)
        if name is None:
            return False
        self._mark(Role.SIGNATURE, block)
        if self._around.is_own(name) and len(self._entry.question) > 1:
            return True  # The answerer's, below an answer that has no mark.
        if self._entry.is_signed and self._entry.asked_by and name:
            name = f"{self._entry.asked_by}, {name}"
        self._entry.asked_by = name or self._entry.asked_by
        self._entry.is_signed = True
        return True

    def _read_text(self, block: Block) -> None:
        is_letter = self._entry.is_quoted and block.kind is Kind.QUOTE
        is_over = self._entry.is_signed or (self._entry.is_quoted and not is_letter)
        if self._state is _State.QUESTION and not is_over:
            self._add_question(block)
        elif self._state in {_State.QUESTION, _State.ANSWER}:
            self._begin_answer()
            self._add_answer(block)
        elif self._continues_bio(block):
            self._page.bio.append(block.text)
            self._put(Role.BIO, block)
        else:
            self._put(Role.UNKNOWN, block)

    def _continues_bio(self, block: Block) -> bool:
        """Tell whether a line goes on with the bio's sentence from the line above it."""
        above = self._page.parts[-1] if self._page.parts else None
        if above is None or above.role is not Role.BIO or block.kind is not Kind.PARAGRAPH:
            return False
        is_next = block.runs[0].line - above.block.runs[-1].line <= 1
        return is_next and not bios.is_whole(above.block.text)

    # What is done about it.

    def _begin_entry(self) -> None:
        self._entry = Entry()
        self._page.entries.append(self._entry)
        self._state = _State.QUESTION
        self._is_set_apart = False
        if self._doubts_questions:
            self._entry.doubt("the question has no marker; check where it begins and ends")
        if self._subtitle is not None:
            self._entry.title = self._subtitle.block.plain
            self._entry.marks.append(self._subtitle)
            self._subtitle = None

    def _return_subtitle(self) -> None:
        """Give a line that proved to head no question back to the answer before it."""
        if self._subtitle is None:
            return
        part, self._subtitle = self._subtitle, None
        if self._state is _State.ANSWER:
            self._entry.answer.append(Part(part.order, Role.ANSWER, part.block))
        else:
            self._page.parts.append(Part(part.order, Role.UNKNOWN, part.block))

    def _begin_answer(self) -> None:
        self._state = _State.ANSWER
        self._entry.is_answered = True

    def _add_question(self, block: Block) -> None:
        """Add text to the question; a salutation and a signature in it are taken out."""
        if not self._entry.question:
            self._entry.is_quoted = block.kind is Kind.QUOTE
        if self._entry.is_quoted and block.kind is Kind.QUOTE:
            block = segments.unquoted(block)
        if not self._entry.question:
            block = self._without_salutation(block)
        if block.is_empty:
            return
        signature = signatures.find_trailing(block.text) if block.kind is not Kind.CODE else None
        if signature is None or self._around.is_own(signature.name):
            self._entry.question.append(Part(self._next_order(), Role.QUESTION, block))
            return
        text = block.between(0, signature.start)
        self._entry.question.append(Part(self._next_order(), Role.QUESTION, text))
        self._mark(Role.SIGNATURE, block.between(signature.start))
        self._entry.asked_by = signature.name
        self._entry.is_signed = True

    def _add_answer(self, block: Block) -> None:
        """Add text to the answer; a salutation and a pointer in it are taken out."""
        if not self._entry.answer:
            block = self._without_salutation(block)
        if block.is_empty:
            return
        pointer = pointers.find_trailing(block.text) if block.kind is Kind.PARAGRAPH else None
        text = block if pointer is None else block.between(0, pointer.start)
        self._entry.answer.append(Part(self._next_order(), Role.ANSWER, text))
        if pointer is not None:
            self._point(pointer, block.between(pointer.start))

    def _without_salutation(self, block: Block) -> Block:
        found = salutations.find(block.text) if block.kind is not Kind.CODE else None
        if found is None:
            return block
        self._mark(Role.SALUTATION, block.between(0, found.end))
        return segments.opened(block, found.end, found.emphasis)

    def _point(self, pointer: pointers.Pointer, block: Block) -> None:
        self._put(Role.POINTER, block)
        if pointer.inspiration is not None:
            self._page.pointers.append((len(self._page.entries), pointer))

    def _put(self, role: Role, block: Block) -> None:
        self._page.parts.append(Part(self._next_order(), role, block))

    def _mark(self, role: Role, block: Block) -> None:
        self._entry.marks.append(Part(self._next_order(), role, block))

    def _next_order(self) -> int:
        self._order += 1
        return self._order
