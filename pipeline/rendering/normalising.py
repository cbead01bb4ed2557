r"""What the MJML compiler gets: ASCII in which no attribute needs escaping.

mrml 6 prints attribute values as Rust debug strings (``write!("{}={:?}")``): a no-break space
becomes ``\u{a0}``, a line break ``\n``, and a quotation mark ``\"``, which ends the attribute.
Character references go through unchanged, so everything doubtful becomes one.
"""

import html.entities
import re

# A comment, the title (which becomes an attribute), a style sheet, or a tag with its quoted
# values. Other text matches nothing.
_PIECE = re.compile(
    r"(?P<comment><!--.*?-->)"
    r"|(?P<title><mj-title>(?P<words>.*?)</mj-title>)"
    r"|(?P<style><(?P<name>mj-style|style)\b[^>]*>.*?</(?P=name)\s*>)"
    r"|(?P<tag><[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>)",
    re.DOTALL,
)
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_BREAKS = re.compile(r"[\r\n\t]+")
_INDENT = re.compile(r">[ \t]*\n\s*<")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})


def number_entities(source: str) -> str:
    """Write HTML's named entities as numbers, the only ones besides XML's five that XML knows."""
    return _ENTITY.sub(_number, source)


def normalise(source: str) -> str:
    """Write a source so that its attributes come out of the compiler as they went in.

    The indentation between tags goes too: every reader would be sent it.
    """
    return (
        _PIECE.sub(_rewrite, _INDENT.sub(">\n<", source))
        .encode("ascii", "xmlcharrefreplace")
        .decode()
    )


def _number(entity: re.Match[str]) -> str:
    if entity[1] in _XML_ENTITIES:
        return entity[0]
    characters = html.entities.html5.get(f"{entity[1]};")
    return "".join(f"&#{ord(c)};" for c in characters) if characters else entity[0]


def _rewrite(piece: re.Match[str]) -> str:
    if piece["title"]:
        return f"<mj-title>{_escape(_BREAKS.sub(' ', piece['words']).strip(' '))}</mj-title>"
    if piece["style"]:
        return _BEYOND_ASCII.sub(lambda found: f"\\{ord(found[0]):X} ", piece[0])
    if piece["tag"]:
        return _VALUE.sub(_rewrite_value, _BREAKS.sub(" ", piece[0]))
    return piece[0]


def _rewrite_value(found: re.Match[str]) -> str:
    return f'"{_escape(found[0][1:-1])}"'


def _escape(value: str) -> str:
    return value.replace("\\", "&#92;").replace('"', "&#34;").replace("\x7f", "&#127;")
