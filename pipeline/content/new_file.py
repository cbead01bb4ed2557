"""The text of a QA file that is still to be written."""

from dataclasses import dataclass
from datetime import date

from pipeline.content.parsing import PLACEHOLDER
from pipeline.content.slugs import slugify
from pipeline.content.yaml_writing import scalar


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be made: its slug, and what goes into it."""

    slug: str
    text: str


_TEXT = """\
---
title: {title}
asked_by:              # leave it empty for an anonymous question
asked_on: {today}
answered_by:
topics: []
status: draft          # draft, ready or held; only what is ready goes out
---
## Question

{placeholder}: the question, in the reader's words

## Answer

{placeholder}: the answer, in Markdown
"""


def new_qa(title: str, today: date) -> NewFile:
    """Give a draft for a title; as long as its placeholders stand it cannot be made ready."""
    title = " ".join(title.split())
    text = _TEXT.format(title=scalar(title), today=today, placeholder=PLACEHOLDER)
    return NewFile(slugify(title), text)
