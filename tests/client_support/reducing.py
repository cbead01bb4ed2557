"""caniemail's data, reduced to what the client-support check needs.

The npm package has every version of every client; a reader has the newest.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

#: caniemail's letters are y (supported), n (not), a (almost: partly) and u (unknown).
_UNKNOWN = "u"
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
# What the letter says already.
_VERDICT = re.compile(r"(?:Partial|Partially supported|Partial support|Buggy|Not supported)[.:] *")


def reduce(data: Mapping[str, Any], version: str) -> str:
    """Give the reduced data as JSON, a feature a line, so that a new release reads as a diff."""
    nice = data["nicenames"]
    clients = sorted(
        {
            f"{family}.{platform}"
            for item in data["data"]
            for family, platforms in item["stats"].items()
            for platform in platforms
        }
    )
    notes: list[str] = []
    features = {item["slug"]: _feature(item, clients, notes) for item in data["data"]}
    head = {
        "package": f"caniemail {version}",
        "updated": data["last_update_date"][:10],
        "families": {family: nice["family"][family] for family in _families(clients)},
        "platforms": {name: nice["platform"][name] for name in _platforms(clients)},
        "clients": clients,
        "notes": notes,
    }
    lines = [f"{_compact(name)}:{_compact(value)}" for name, value in head.items()]
    each = ",\n".join(f"{_compact(slug)}:{_compact(found)}" for slug, found in features.items())
    return "{" + ",\n".join(lines) + ',\n"features":{\n' + each + "\n}}\n"


def _families(clients: list[str]) -> list[str]:
    return sorted({client.partition(".")[0] for client in clients})


def _platforms(clients: list[str]) -> list[str]:
    return sorted({client.partition(".")[2] for client in clients})


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _feature(item: Mapping[str, Any], clients: list[str], notes: list[str]) -> list[object]:
    """Give title, month of the last test, a letter for each client, and who has which note."""
    letters, noted = "", dict[int, list[int]]()
    for number, client in enumerate(clients):
        family, _, platform = client.partition(".")
        versions = item["stats"].get(family, {}).get(platform) or {"": _UNKNOWN}
        letter, *marks = [*versions.values()][-1].split()
        letters += letter
        # A note on what is supported tells of bugs, and nobody loses anything.
        for mark in marks if letter in "na" else ():
            text = _in_words((item["notes_by_num"] or {}).get(mark.strip("#"), ""))
            if text:
                if text not in notes:
                    notes.append(text)
                noted.setdefault(notes.index(text), []).append(number)
    return [item["title"].strip(), item["last_test_date"][:7], letters, noted]


def _in_words(note: str) -> str:
    """Write a note without links and without a verdict, as a part of a sentence."""
    text = html.unescape(_LINK.sub(r"\1", _VERDICT.sub("", " ".join(note.split()), count=1)))
    return text.rstrip(". ")


def pages_of(data: Mapping[str, Any]) -> str:
    """Give the name of the page that tests each feature; a few have none."""
    pages = {
        item["slug"]: item["test_url"].rpartition("/tests/")[2].partition("#")[0]
        for item in data["data"]
        if "/tests/" in item["test_url"]
    }
    return json.dumps(pages, indent=0) + "\n"
