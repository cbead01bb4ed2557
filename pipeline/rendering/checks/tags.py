"""Where in a page each start tag stands, by the rules of HTML's tokenizer.

lxml makes the tree, but knows no columns, and its lines are those in which tags end.
"""

import re
from collections.abc import Iterator

# A quotation mark opens a value only after an equals sign; one that nothing closes is a letter.
_ATTRIBUTE = (
    r"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|(?=[\s>"'])))?"""
)
_PIECE = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<[!?/][^>]*+>"
    rf"|<(?P<name>[A-Za-z][^\s/>]*+)(?>[\s/]++|{_ATTRIBUTE})*+>"
    # One that never ends takes the rest of the page with it.
    r"|(?P<open><[A-Za-z!?/])",
    re.DOTALL,
)
# Elements whose text is no markup.
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}


def find(text: str) -> Iterator[tuple[str, int]]:
    """Give the name, in lower case, and the offset of each start tag."""
    position = 0
    while piece := _PIECE.search(text, position):
        position = piece.end()
        if piece["open"]:
            return
        name = piece["name"]
        if name is None:
            continue
        name = name.lower()
        yield name, piece.start()
        if name in _RAW:
            close = _RAW[name].search(text, position)
            position = close.start() if close else len(text)
