r"""What the MJML compiler gets: ASCII in which no attribute needs escaping.

mrml 6 prints attribute values as Rust debug strings (``write!("{}={:?}")``): a no-break space
becomes ``\u{a0}``, a line break ``\n``, and a quotation mark ``\"``, which ends the attribute.
Character references go through unchanged, so everything doubtful becomes one.
"""

import re

from pipeline.rendering.markup import IN_TAG
from pipeline.rendering.validating import html_as_xml
from pipeline.rendering.validating.mjml_rules import is_conditional

# A comment, the title (which becomes an attribute), a style sheet, or a tag with its quoted
# values. Other text matches nothing.
# It begins with a letter of its own, for which Python looks at once.
_PIECE = re.compile(
    r"<(?:(?P<comment>!--.*?-->)"
    r"|(?P<title>mj-title\b[^>]*>(?P<words>.*?)</mj-title\s*>)"
    r"|(?P<style>(?P<name>mj-style|style)\b[^>]*>.*?</(?P=name)\s*>)"
    rf"|(?P<tag>[A-Za-z]{IN_TAG}*>))",
    re.DOTALL,
)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_BREAKS = re.compile(r"[\r\n\t]+")
# What makes a tag worth looking at.
_DOUBTFUL = re.compile(r"[\r\n\t\\\x7f']")
# Not the no-break space, which is there for a reason.
_INDENT = re.compile(r">[ \t\r]*\n[ \t\r\n]*<")


def normalise(source: str, *, keep_comments: bool = False) -> str:
    """Write a source so that its attributes come out of the compiler as they went in.

    The indentation between tags goes too, and, unless ``keep_comments``, the comments that no
    mail program reads: every reader would be sent them.
    """
    rewrite = _rewrite if keep_comments else _rewrite_uncommented
    return (
        _PIECE.sub(rewrite, _INDENT.sub(">\n<", html_as_xml.number_references(source)))
        .encode("ascii", "xmlcharrefreplace")
        .decode()
    )


def _rewrite_uncommented(piece: re.Match[str]) -> str:
    if piece["comment"] and not is_conditional(piece[0]):
        return ""
    return _rewrite(piece)


def _rewrite(piece: re.Match[str]) -> str:
    if piece["tag"]:
        if not _DOUBTFUL.search(piece[0]):
            return piece[0]
        return _VALUE.sub(_rewrite_value, _BREAKS.sub(" ", piece[0]))
    if piece["title"]:
        words = _PIECE.sub(_rewrite_uncommented, piece["words"])
        return f"<mj-title>{_escape(_BREAKS.sub(' ', words).strip(' '))}</mj-title>"
    if piece["style"]:
        return _BEYOND_ASCII.sub(lambda found: f"\\{ord(found[0]):X} ", piece[0])
    return piece[0]


def _rewrite_value(found: re.Match[str]) -> str:
    return f'"{_escape(found[0][1:-1])}"'


def _escape(value: str) -> str:
    return value.replace("\\", "&#92;").replace('"', "&#34;").replace("\x7f", "&#127;")
