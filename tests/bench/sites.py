"""The newsletters that are measured."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pipeline import shipped
from pipeline.demo import make_sample_site
from tests.e2e.newsroom import Newsroom

#: Each weighs some three hundred bytes.
_PARAGRAPH = (
    "You can ask what it is for, which sounds ruder than it is. Ask one person, in private: "
    "whoever sent the invitation, if that person still works there. I have traced four meetings "
    "like yours to their source, and in two of them the organizer had left and the calendar had "
    "carried on alone.\n\n"
)
_TOPICS = 40


#: How many make a message of forty kilobytes.
_PARAGRAPHS = 35


def make_mailing(folder: Path, port: int, smtp: Mapping[str, str] | None = None) -> None:
    """Make a newsletter whose next issue is one long Q&A, sent through ten connections.

    ``smtp`` has other values of that table, as TOML.
    """
    newsroom = Newsroom.make(folder, port=port)
    for key, value in {"connections": "10", **(smtp or {})}.items():
        newsroom.set(key, value, table="smtp" if key == "window" else "")
    newsroom.write_qa("long", answer=_PARAGRAPH * _PARAGRAPHS)


def make_sample(folder: Path) -> None:
    """Make the sample newsletter."""
    make_sample_site(folder, today=date(2026, 3, 2), port=1)


def make_long(folder: Path, count: int) -> None:
    """Make a newsletter whose next issue has so many Q&As, each as long as the sample's."""
    newsroom = Newsroom.make(folder)
    newsroom.set("count", str(count))
    newsroom.set("topic_limit", str(count))
    shutil.copytree(shipped.content() / "pictures", newsroom.folder / "content" / "pictures")
    written = [
        text
        for path in sorted(shipped.content().glob("*.md"))
        if "status: ready" in (text := path.read_text(encoding="utf-8"))
        and "not_before: " not in text
    ]
    for number in range(count):
        # A question that is known by its words is not asked again.
        again = written[number % len(written)].replace(
            "## Question", f"## Question\n\nLetter {number}."
        )
        path = newsroom.folder / "content" / f"letter-{number}.md"
        path.write_text(again, encoding="utf-8")


def write_readers(path: Path, count: int) -> None:
    """Write so many readers as CSV: half of them at one large mailbox provider."""
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name\n")
        for number in range(count):
            domain = "mail.example" if number % 2 else f"host-{number % 1000}.example"
            file.write(f"reader-{number}@{domain},Reader {number}\n")


def make_column(folder: Path, count: int) -> None:
    """Make a newsletter with so many Q&As of a usual length, a thousand to a folder."""
    newsroom = Newsroom.make(folder)
    content = folder / "content"
    for number in range(count):
        year = content / f"{number // 1000:03}"
        year.mkdir(exist_ok=True)
        newsroom.write_qa(
            f"{year.name}/question-{number}",
            title=f"Question {number}",
            asked_on=f"{2000 + number % 26}-{number % 12 + 1:02}-{number % 28 + 1:02}",
            topic=f"topic-{number % _TOPICS}",
            question=f"I have asked this {number} times. May I stop?",
            answer=_PARAGRAPH * 4,
        )
