"""The bytes of a file that a person edits -> its text."""

import re
from itertools import islice

from pipeline.content import directions
from pipeline.content.report import Report

#: No file of words is larger; what is, was put into the folder by mistake.
LARGEST = 1_000_000

#: So many lines with one and the same fault are reported.
_ENOUGH = 10

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

#: C0 without tab and line feed, DEL, C1: nothing a reader would see, and no mail may hold it.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")

#: What git leaves in a file whose merge failed. Its ``=======`` is also a Markdown heading.
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: .*)?$", re.MULTILINE)


def name_of(path: str) -> str:
    """Give a path as text; bytes in it that are not UTF-8 become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def decode(data: bytes, report: Report) -> str | None:
    r"""Give the text with ``\n`` line ends, or ``None`` when nothing more can be said of it.

    A byte order mark and the line ends of other systems are forgiven.
    """
    if len(data) > LARGEST:
        before = data[:LARGEST]
        report.error(
            "size",
            before.count(b"\n") + 1,
            f"the file is larger than {LARGEST:,} bytes",
            "keep pictures and archives out of the content folder",
            column=_column(before),
        )
        return None
    try:
        text = data.removeprefix(_UTF8_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        _report_encoding(data, error, report)
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _report_conflicts(text, report):
        return None
    if _CONTROL.search(text):
        _report_controls(text, report)
        # Once is enough: what reads the text next must not stumble over them again.
        text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    directions.check(text, report)
    return text


def _report_encoding(data: bytes, error: UnicodeDecodeError, report: Report) -> None:
    offset = error.start + (len(_UTF8_BOM) if data.startswith(_UTF8_BOM) else 0)
    # Line ends are ASCII, so the bytes before the fault count as the text's lines do.
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    what = "UTF-16" if data.startswith(_UTF16_BOMS) else f"not UTF-8 at byte {offset}"
    report.error(
        "encoding",
        before.count(b"\n") + 1,
        f"the file is {what}",
        "save it again as UTF-8",
        column=_column(before),
    )


def _column(before: bytes) -> int:
    """Count the column, in characters, that follows these bytes."""
    return len(before.rpartition(b"\n")[2].decode("utf-8", "ignore")) + 1


def _report_controls(text: str, report: Report) -> None:
    """Report the lines that hold a control character; after some, the rest is the same story."""
    lines = (
        (number, match)
        for number, line in enumerate(text.split("\n"), 1)
        if (match := _CONTROL.search(line))
    )
    for number, match in islice(lines, _ENOUGH):
        report.error(
            "control",
            number,
            f"the control character U+{ord(match[0]):04X} stands in the line",
            "delete it",
            column=match.start() + 1,
        )


def _report_conflicts(text: str, report: Report) -> bool:
    """Report each conflict where it begins; tell whether there is one."""
    marks = list(_CONFLICT.finditer(text))
    beginnings = [mark for mark in marks if mark[0].startswith("<")]
    for mark in (beginnings or marks)[:_ENOUGH]:
        report.error(
            "conflict",
            text.count("\n", 0, mark.start()) + 1,
            f"git left `{mark[0][:7]}` here: two versions of the file were not merged",
            "keep one version and delete the marks",
        )
    return bool(marks)
