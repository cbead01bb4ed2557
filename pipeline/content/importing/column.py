"""A whole column page -> its Q&As, and an account of its lines."""

from dataclasses import dataclass, replace

from pipeline.content import slugs
from pipeline.content.decoding import LARGEST
from pipeline.content.importing import (
    accounts,
    bios,
    bodies,
    decoding,
    html_blocks,
    languages,
    recognising,
    text_blocks,
    titles,
)
from pipeline.content.importing.accounts import LineAccount
from pipeline.content.importing.decoding import Format
from pipeline.content.importing.heads import Head
from pipeline.content.importing.parts import Entry, Page
from pipeline.content.importing.qas import ImportedQA
from pipeline.errors import ContentError
from pipeline.model.qa import Inspiration


@dataclass(frozen=True, slots=True)
class ImportedColumn:
    """What a page came to."""

    qas: tuple[ImportedQA, ...]
    #: At least one for each line of the input, in their order.
    lines: tuple[LineAccount, ...]
    #: The tag that the page has for its language; empty when it has none.
    language: str = ""

    def renamed(self, slugs_by_old: dict[str, str]) -> "ImportedColumn":
        """Give the column with other slugs."""
        return ImportedColumn(
            tuple(replace(qa, slug=slugs_by_old.get(qa.slug, qa.slug)) for qa in self.qas),
            tuple(
                replace(line, slug=slugs_by_old.get(line.slug, line.slug)) if line.slug else line
                for line in self.lines
            ),
            self.language,
        )


def read_column(
    data: bytes | str, source: str, *, written_as: Format | None = None
) -> ImportedColumn:
    """Read a page of text, HTML or Markdown.

    Args:
        data: The page; bytes must be UTF-8.
        source: The file's name, for the format and for messages.
        written_as: The format, where the name and the text may not tell.

    Raises:
        ContentError: The bytes are no UTF-8 text, or a Q&A is too large for a QA file.
    """
    text = (
        decoding.decode(data, source) if isinstance(data, bytes) else decoding.with_line_feeds(data)
    )
    written_as = written_as or decoding.detect(text, source)
    if written_as is Format.HTML:
        blocks = html_blocks.read(text)
    else:
        blocks = text_blocks.read(text, written_as)
    page, head = recognising.read(blocks)
    qas, slugs_of_entries = _compose(page, head)
    _check_sizes(qas, page, source)
    parts = [(part, None) for part in page.parts]
    of_entries = [
        (part, slug)
        for entry, slug in zip(page.entries, slugs_of_entries, strict=True)
        for part in entry.parts
    ]
    lines = accounts.settle(text, [*parts, *of_entries])
    return ImportedColumn(qas, lines, languages.find(text, written_as))


def _compose(page: Page, head: Head) -> tuple[tuple[ImportedQA, ...], list[str]]:
    """Make the Q&As; give also the slug of each entry, since two may be one Q&A."""
    bio, bio_note = bios.compose(tuple(page.bio))
    qas: list[ImportedQA] = []
    slugs_of_entries: list[str] = []
    taken: set[str] = set()
    for number, entry in enumerate(page.entries, 1):
        qa = ImportedQA(
            slug="",
            title=_title(entry, page),
            question=bodies.compose((part.block for part in entry.question), is_question=True),
            answer=bodies.compose(part.block for part in entry.answer),
            asked_by=entry.asked_by,
            asked_on=head.asked_on,
            answered_by=page.answered_by,
            topics=head.topics or tuple(dict.fromkeys(page.topics)),
            inspired_by=_inspiration(number, page, head),
            bio=bio,
            bio_note=bio_note,
            doubts=tuple(entry.doubts),
        )
        same = next((other for other in qas if other.identity == qa.identity), None)
        if same is not None and same.answer == qa.answer:
            slugs_of_entries.append(same.slug)
            continue
        if same is not None:
            qa = replace(qa, doubts=(*qa.doubts, f"{same.slug} asks the same; keep one of the two"))
        slug = slugs.unique(slugs.slugify(qa.title), taken)
        taken.add(slug)
        slugs_of_entries.append(slug)
        qas.append(replace(_without_placeholder(qa), slug=slug))
    return tuple(qas), slugs_of_entries


def _title(entry: Entry, page: Page) -> str:
    if entry.title:
        return titles.of_line(entry.title) or "A question"
    if len(page.entries) == 1 and titles.of_line(page.title):
        return titles.of_line(page.title)
    return titles.of_question("\n".join(part.block.text for part in entry.question[:2]))


def _inspiration(number: int, page: Page, head: Head) -> Inspiration | None:
    """Give the column that inspired a Q&A: named within it, or anywhere on the page."""
    found = [(0, pointer) for pointer in head.pointers] + page.pointers
    inspiring = [(at, pointer) for at, pointer in found if pointer.is_inspiring]
    # A link without a reason is trusted only when it is the page's only one.
    usable = inspiring or (found if len(found) == 1 else [])
    named = (
        [pointer.inspiration for at, pointer in usable if at == number] if len(usable) > 1 else []
    )
    return next(iter(named + [pointer.inspiration for _, pointer in usable]), None)


def _without_placeholder(qa: ImportedQA) -> ImportedQA:
    """Doubt a text in which the project's own placeholder stands; it could not be `ready`."""
    if "CHANGE-ME" not in qa.text or qa.doubts:
        return qa
    return replace(qa, doubts=("the text holds a placeholder",))


def _check_sizes(qas: tuple[ImportedQA, ...], page: Page, source: str) -> None:
    for qa, entry in zip(qas, page.entries, strict=False):
        if len(qa.text.encode()) > LARGEST:
            line = min((run.line for part in entry.parts for run in part.block.runs), default=1)
            raise ContentError(
                f"the Q&A that begins here is larger than {LARGEST:,} bytes",
                place=f"{source}:{line}",
                remedy="give only the column itself",
            )
