"""The outcome of a page as the expected files beside the pages hold it."""

import json
from typing import Any

from pipeline.content.importing.column import ImportedColumn


def outcome(column: ImportedColumn) -> dict[str, Any]:
    """Give what a reviewer wants to see: each Q&A, what they share, and the lines' roles."""
    roles: dict[int, list[str]] = {}
    for account in column.lines:
        roles.setdefault(account.line, []).append(account.role.value)
    first = column.qas[0] if column.qas else None
    return {
        "answered_by": first.answered_by if first else "",
        "asked_on": str(first.asked_on) if first and first.asked_on else "",
        "topics": list(first.topics) if first else [],
        "inspired_by": first.inspired_by.title if first and first.inspired_by else "",
        "bio": first.bio if first else "",
        "qas": [
            {
                "title": qa.title,
                "asked_by": qa.asked_by,
                "question": qa.question.split("\n"),
                "answer": qa.answer.split("\n"),
                "doubts": list(qa.doubts),
            }
            for qa in column.qas
        ],
        "lines": [f"{line} {' '.join(names)}" for line, names in roles.items()],
    }


def as_text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
