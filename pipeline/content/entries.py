"""The text of front matter -> its entries, with the forgiveness its authors need.

Text that is YAML is read as YAML. Otherwise it is read entry by entry: a line such as
``title: Re: my boss`` is taken as its author meant it, and each faulty entry is reported.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from pipeline.content.yaml_nodes import KEY_LINE, Entry, Fault, Mapping, Scalar, compose, twice
from pipeline.content.yaml_writing import quote

#: More characters than any front matter has; reading broken ones costs time line by line.
_LARGEST = 100_000

#: So many lines of one entry are quoted; each time the entry is read again from its beginning.
_PATIENCE = 20

#: YAML 1.1 would begin a new line at these, and nobody else does.
_NO_LINE_ENDS = str.maketrans("\x85\u2028\u2029", "   ")

#: A comment as people write it. YAML would also cut ``question #2`` at its blank.
_COMMENT = re.compile(r"(?:^|\s)#(?:\s.*)?$")

#: What begins a list, a mapping, or a reference to one; in a title it may still be words.
_STRUCTURE = re.compile(r"[\[{]|\*[\w-]+$|[&!]\S*\s*(?:[\[{]|$)")

#: What YAML takes for a comment: words right after the ``#`` hardly are one, and what stands
#: a single blank behind a text is doubtful.
_SWALLOWED = re.compile(r"\s(#[^\s#].*)$")
_DOUBTFUL = re.compile(r"(?<=\S) (#\s+\S.*)$")


@dataclass(frozen=True, slots=True)
class Document:
    """The entries of a front matter, and what is wrong with the rest of it."""

    entries: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()


def read(text: str, first_line: int, *, texts: Container[str] = ()) -> Document:
    """Read front matter whose first line is the file's ``first_line``.

    ``texts`` are the keys whose value is one line of text:
    theirs may begin like a list and still be taken as it stands.
    """
    if len(text) > _LARGEST:
        remedy = "move the text below the second `---`"
        return Document(faults=(Fault(first_line, "the front matter is a whole book", remedy),))
    text = text.translate(_NO_LINE_ENDS)
    whole = compose(text, first_line)
    if whole is None:
        return Document()
    if isinstance(whole, Mapping):
        return Document(whole.entries)
    if isinstance(whole, Fault):
        return _read_by_entries(text, first_line, texts)
    return Document(
        faults=(Fault(whole.line, "the front matter is no list of keys", "write `key: value`"),)
    )


def swallowed_comment(entry: Entry, text: str, first_line: int, *, is_text: bool = False) -> str:
    """Give what YAML cut off the line of an entry as a comment that looks like text.

    Behind the value of a key that ``is_text`` also a comment a single blank away may be text.
    """
    if "#" not in text or not isinstance(entry.value, Scalar):
        return ""
    written = _written(entry, text, first_line)
    # Who writes quotation marks knows where the value ends, and a block begins a line below.
    if written.startswith(('"', "'", "|", ">")):
        return ""
    match = _SWALLOWED.search(written) or (_DOUBTFUL.search(written) if is_text else None)
    return match[1] if match and match[1] not in entry.value.text else ""


def has_open_quote(entry: Entry, text: str, first_line: int) -> bool:
    """Tell whether the value begins with a single quotation mark that none closes."""
    if not isinstance(entry.value, Scalar) or not entry.value.text.startswith("'"):
        return False
    return _written(entry, text, first_line).startswith("'") and entry.value.text.count("'") == 1


def _written(entry: Entry, text: str, first_line: int) -> str:
    """Give the value of an entry as its own line has it; empty when it stands elsewhere."""
    line = KEY_LINE.fullmatch(text.split("\n")[entry.line - first_line])
    return line["text"] or "" if line is not None and line["key"].rstrip() == entry.key else ""


def _read_by_entries(text: str, first_line: int, texts: Container[str]) -> Document:
    entries: list[Entry] = []
    faults: list[Fault] = []
    first_lines: dict[str, int] = {}
    for line, chunk in _chunks(text, first_line):
        found = _read_entry(chunk, line, texts)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        for entry in found:
            if entry.key in first_lines:
                faults.append(twice(entry.key, entry.line, first_lines[entry.key]))
            else:
                first_lines[entry.key] = entry.line
                entries.append(entry)
    return Document(tuple(entries), tuple(faults))


def _chunks(text: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Cut the text before each line that begins an entry; give each chunk with its line."""
    chunk: list[str] = []
    start = first_line
    for number, line in enumerate(text.split("\n"), first_line):
        # Indented lines, `- item`, a closing bracket and comments belong to the entry above.
        if line[:1] not in ("", " ", "\t", "#", "]", "}") and not re.match(r"-(?:\s|$)", line):
            if chunk:
                yield start, "\n".join(chunk)
            chunk, start = [], number
        chunk.append(line)
    yield start, "\n".join(chunk)


def _read_entry(chunk: str, first_line: int, texts: Container[str]) -> tuple[Entry, ...] | Fault:
    """Read one chunk, quoting each line that is text and no YAML."""
    lines = chunk.split("\n")
    quoted: set[int] = set()
    while True:
        node = compose("\n".join(lines), first_line)
        if node is None:
            return ()
        if isinstance(node, Mapping):
            return node.entries
        if not isinstance(node, Fault):
            return Fault(node.line, "the line is no `key: value`", _how_to_mend(lines[0]))
        at = node.line - first_line
        line = _quoted(lines[at], texts)
        if line is None or at in quoted or len(quoted) == _PATIENCE:
            return node
        quoted.add(at)
        lines[at] = line


def _quoted(line: str, texts: Container[str]) -> str | None:
    """Put the value of a ``key: text`` line in quotes, unless it is more likely broken YAML."""
    match = KEY_LINE.fullmatch(_COMMENT.sub("", line).rstrip())
    if match is None or not match["text"]:
        return None
    key, text = match["key"].rstrip(), match["text"].strip()
    if text.startswith('"') and text.count('"') == 1:
        return None
    if _STRUCTURE.match(text) and key not in texts:
        return None
    return f"{match['indent']}{key}: {quote(text)}"


def _how_to_mend(line: str) -> str:
    key, colon, value = line.partition(":")
    if colon and value and re.fullmatch(r"\w+", key):
        return f"write a blank after the colon: `{key}: {value}`"
    return "write a key before it, or indent it under the key it belongs to"
