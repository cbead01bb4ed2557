"""What a tag says: its element, its attributes, and what stands in their values."""

from collections.abc import Callable
from functools import lru_cache

from pipeline.rendering.client_support import pictures, sheets
from pipeline.rendering.client_support.gathering import Facts, Gathering
from pipeline.rendering.markup import Attribute, attributes, name_of

# Elements of SVG, whose sizes are not those of HTML.
_DRAWINGS = frozenset(
    {"filter", "foreignobject", "image", "mask", "pattern", "rect", "svg", "symbol", "use"}
)
# A longer tag holds a picture, and is not kept.
_LONG = 2_000
_CELLS = ("body", "table", "td", "th", "tr")


def read_tag(tag: str) -> Facts:
    """Tell the facts of a tag as it is written; a newsletter repeats few different ones."""
    return _read_short(tag) if len(tag) <= _LONG else _read(tag)


def _read(tag: str) -> Facts:
    name = name_of(tag)
    found = Gathering()
    values: dict[str, str] = {}
    for attribute in attributes(tag):
        values[attribute.name] = attribute.value
        if name not in _DRAWINGS or attribute.name not in {"height", "width"}:
            found.add(f"attribute {attribute.name}", attribute.start)
        found.add(f"attribute {name} {attribute.name}", attribute.start)
        read = _READERS.get((name, attribute.name)) or _ON_ANY.get(attribute.name)
        if read:
            read(attribute, found)
    # Such as rel="canonical": it is for machines, and nothing is loaded.
    if name != "link" or "stylesheet" in values.get("rel", "stylesheet").lower():
        found.add(f"element {name}", 0)
    _read_kind(name, values, found)
    return found.facts()


_read_short = lru_cache(maxsize=4096)(_read)


def _read_kind(name: str, values: dict[str, str], found: Gathering) -> None:
    """Tell what an element is by the value of an attribute, or by its absence."""
    kind = values.get("type", "").strip().lower()
    match name:
        case "input":
            found.add(f"input {kind or 'text'}", 0)
            if kind == "image":
                _add_picture(values.get("src", ""), 0, found)
        case "button":
            found.add(f"button {kind or 'submit'}", 0)
        case "meta":
            found.add(f"meta {values.get('name', '').strip().lower()}", 0)
        case _:
            pass


def _read_style(attribute: Attribute, found: Gathering) -> None:
    facts = sheets.read_style(attribute.value)
    placed = tuple((fact, count, attribute.at(offset)) for fact, count, offset in facts)
    found.add_all(placed, 0)


def _read_media(attribute: Attribute, found: Gathering) -> None:
    found.add_all(
        tuple((fact, count, 0) for fact, count, _ in sheets.read_media(attribute.value)),
        attribute.offset,
    )


def _read_link(attribute: Attribute, found: Gathering) -> None:
    url = attribute.value.strip()
    if url[:7].lower() == "mailto:":
        found.add("link mailto", attribute.offset)
    elif url.startswith("#") and url != "#":
        found.add("link local", attribute.offset)


def _add_picture(url: str, offset: int, found: Gathering) -> None:
    for fact in pictures.facts(url):
        found.add(fact, offset)


def _read_picture(attribute: Attribute, found: Gathering) -> None:
    _add_picture(attribute.value, attribute.offset, found)


def _read_object(attribute: Attribute, found: Gathering) -> None:
    """Tell the format of an embedded picture; a film that is embedded as one is no picture."""
    for fact in pictures.facts(attribute.value):
        if fact != "image mp4":
            found.add(fact, attribute.offset)


def _read_srcset(attribute: Attribute, found: Gathering) -> None:
    for url in pictures.in_srcset(attribute.value):
        _add_picture(url, attribute.offset, found)


def _read_type(attribute: Attribute, found: Gathering) -> None:
    """Tell the format of a picture's source; one of a film is no picture."""
    if not attribute.value.strip().lower().startswith("video/"):
        for fact in pictures.of_type(attribute.value):
            found.add(fact, attribute.offset)


_Read = Callable[[Attribute, Gathering], None]
_ON_ANY: dict[str, _Read] = {"style": _read_style}
_READERS: dict[tuple[str, str], _Read] = {
    ("a", "href"): _read_link,
    ("area", "href"): _read_link,
    ("image", "href"): _read_picture,
    ("image", "xlink:href"): _read_picture,
    ("img", "src"): _read_picture,
    ("img", "srcset"): _read_srcset,
    ("object", "data"): _read_object,
    ("source", "srcset"): _read_srcset,
    ("source", "type"): _read_type,
    ("video", "poster"): _read_picture,
    ("link", "media"): _read_media,
    ("style", "media"): _read_media,
    **{(name, "background"): _read_picture for name in _CELLS},
}
