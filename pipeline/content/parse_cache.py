"""Edge: what QA files came to when they were last read, so that only changed ones are read again.

One JSON file in a folder of the caller's choice. It may be deleted at any time,
and one that is damaged or was written by other code counts as empty.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.content.parsing import Parsed
from pipeline.content.report import printable
from pipeline.content.writing import write_text_atomically
from pipeline.errors import ContentError
from pipeline.model.finding import Finding, Level
from pipeline.model.qa import QA, Answer, Inspiration, KeyLines, QAStatus, Question

#: What shows that a file is still the same: size, times of content and of inode, inode.
Stamp = tuple[int, int, int, int]


class ParseCache:
    """Results by source, each with the stamp of the file it was read from."""

    def __init__(self, known: dict[str, Any] | None = None) -> None:
        self._known = known or {}
        #: What this run came across; only that is kept.
        self._used: dict[str, Any] = {}

    @classmethod
    def load(cls, path: Path) -> "ParseCache":
        with suppress(OSError, ValueError, RecursionError):
            document = json.loads(path.read_bytes())
            if isinstance(document, dict) and document.get("code") == _code():
                return cls(document["files"])
        return cls()

    def find(self, source: str, status: os.stat_result) -> Parsed | None:
        found = self._known.get(source)
        if found is None or found["stamp"] != list(_stamp(status)):
            return None
        self._used[source] = found
        return _from_json(found, source)

    def put(self, source: str, status: os.stat_result, parsed: Parsed) -> None:
        self._used[source] = {"stamp": _stamp(status), **_to_json(parsed)}

    def save(self, path: Path) -> None:
        """Write what has changed; a folder that cannot be written to costs time, nothing else."""
        if self._used != self._known:
            document = {"code": _code(), "files": self._used}
            with suppress(ContentError):
                write_text_atomically(path, json.dumps(document, separators=(",", ":")))


def _stamp(status: os.stat_result) -> Stamp:
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


@cache
def _code() -> str:
    """Tell the code that reads and hashes Q&As apart from every other version of it."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    model = here.parent / "model"
    for module in [*sorted(here.glob("*.py")), *sorted(model.glob("*.py"))]:
        digest.update(module.read_bytes())
    return digest.hexdigest()


def _to_json(parsed: Parsed) -> dict[str, Any]:
    document: dict[str, Any] = {"slug": parsed.slug}
    if parsed.findings:
        document["findings"] = [
            [note.id, note.level, note.line, note.column, note.message, note.remedy]
            for note in parsed.findings
        ]
    if (qa := parsed.qa) is not None:
        document["qa"] = [qa.title, qa.status, qa.topics, _day_to_json(qa.not_before), qa.priority]
        question, answer, column = qa.question, qa.answer, qa.inspired_by
        asked_on = _day_to_json(question.asked_on)
        document["question"] = [
            *(question.text, question.asked_by, asked_on, question.line, question.hash)
        ]
        document["answer"] = [answer.text, answer.answered_by, answer.bio, answer.line]
        document["inspired_by"] = [column.title, column.url] if column else None
        document["language"] = qa.language
        document["lines"] = asdict(qa.lines)
    return document


def _from_json(document: dict[str, Any], source: str) -> Parsed:
    slug, place = document["slug"], printable(source)
    findings = tuple(
        Finding(
            id=rule,
            level=Level(level),
            source=place,
            line=line,
            column=column,
            message=text,
            remedy=remedy,
        )
        for rule, level, line, column, text, remedy in document.get("findings", ())
    )
    if "qa" not in document:
        return Parsed(slug, place, None, findings)
    title, status, topics, not_before, priority = document["qa"]
    text, asked_by, asked_on, line, known_hash = document["question"]
    column = document["inspired_by"]
    qa = QA(
        slug=slug,
        title=title,
        question=Question.recalled(text, asked_by, _day_from_json(asked_on), line, known_hash),
        answer=Answer(*document["answer"]),
        status=QAStatus(status),
        topics=tuple(topics),
        not_before=_day_from_json(not_before),
        priority=priority,
        inspired_by=Inspiration(*column) if column else None,
        language=document["language"],
        source=source,
        lines=KeyLines(**document["lines"]),
    )
    return Parsed(slug, place, qa, findings)


def _day_to_json(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day_from_json(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
