"""The types of MJML's attributes: what a value may be, and which one was probably meant."""

import difflib
import re
from functools import cache, lru_cache

_TYPE = re.compile(
    r"(?P<kind>unit|unitWithNegative|enum)\((?P<among>[^)]*)\)(?:\{(?P<few>\d),(?P<many>\d)\})?"
)
_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
# Without the forms that Outlook and Gmail do not know: eight digits, percentages, hsl().
_COLOR = re.compile(
    r"#(?:[0-9a-f]{3}){1,2}|rgb\(\s*\d{1,3}\s*(?:,\s*\d{1,3}\s*){2}\)"
    r"|rgba\(\s*\d{1,3}\s*(?:,\s*\d{1,3}\s*){2},\s*(?:0|1|0?\.\d{1,3}|1\.0)\s*\)",
    re.IGNORECASE,
)
# The names of colors that CSS knows.
_NAMES = (
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue "
    "blueviolet brown burlywood cadetblue chartreuse chocolate coral cornflowerblue "
    "cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey "
    "darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon "
    "darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet "
    "deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen "
    "fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew "
    "hotpink indianred indigo inherit ivory khaki lavender lavenderblush lawngreen "
    "lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen "
    "lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray "
    "lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon "
    "mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue "
    "mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose "
    "moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid "
    "palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink "
    "plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon "
    "sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow "
    "springgreen steelblue tan teal thistle tomato transparent turquoise violet wheat white "
    "whitesmoke yellow yellowgreen "
)
#: The same, one by one.
COLORS = frozenset(_NAMES.split())
_PLAIN = {"boolean": ("true", "false")}


@lru_cache(maxsize=4096)
def fault(kind: str, value: str) -> tuple[str, str] | None:
    """Say what is wrong with a value of a type and what to write; ``None`` when nothing is."""
    if kind == "string":
        return None
    if kind == "color":
        return _color_fault(value.strip(" "))
    if kind == "integer":
        return None if value.isdecimal() else ("is no whole number", "write digits only")
    among = _PLAIN.get(kind)
    if among:
        return None if value in among else _no_choice(value, among)
    found = _TYPE.fullmatch(kind)
    if found is None:
        raise ValueError(f"a type that nobody knows: {kind}")
    choices = tuple(found["among"].split(","))
    if found["kind"] == "enum":
        return None if value in choices else _no_choice(value, choices)
    return _unit_fault(found, choices, value)


def _no_choice(value: str, choices: tuple[str, ...]) -> tuple[str, str]:
    listed = [choice or "nothing" for choice in choices]
    near = difflib.get_close_matches(value.lower(), [choice for choice in choices if choice], n=1)
    said = " or ".join([*([", ".join(listed[:-1])] if listed[:-1] else []), listed[-1]])
    return f"is not {said}", f"did you mean {near[0]}?" if near else f"write {said}"


@cache
def _units(kind: str, among: tuple[str, ...], most: int) -> re.Pattern[str]:
    sign = "-?" if kind == "unitWithNegative" else ""
    units = "|".join(re.escape(unit) for unit in among if unit != "auto")
    one = rf"(?:{sign}{_NUMBER}(?:{units})|0{'|auto' if 'auto' in among else ''})"
    return re.compile(rf"\s*{one}(?:\s+{one}){{0,{most - 1}}}\s*")


def _unit_fault(kind: re.Match[str], among: tuple[str, ...], value: str) -> tuple[str, str] | None:
    most = int(kind["many"] or 1)
    if _units(kind["kind"], among, most).fullmatch(value):
        return None
    words = value.split()
    if len(words) > most:
        return f"holds {len(words)} values", f"write {most} at most"
    named = [unit for unit in among if unit]
    said = " or ".join(named) + (", or no unit" if "" in among else "")
    meant = " ".join(
        word + named[0] if word != "0" and re.fullmatch(_NUMBER, word) else word for word in words
    )
    if meant != value and _units(kind["kind"], among, most).fullmatch(meant):
        return f"has no unit; it takes {said}", f"did you mean {meant}?"
    if not value.strip():
        return "is empty", f"write a number with {said}, or leave the attribute out"
    if value.lstrip().startswith("-") and kind["kind"] == "unit":
        return "is below 0", "write a length from 0 on"
    return f"is no length in {said}", f"write a number with {said}"


def _color_fault(value: str) -> tuple[str, str] | None:
    if _COLOR.fullmatch(value) or value.lower() in COLORS:
        return None
    if re.fullmatch(r"[0-9a-fA-F]{3}|[0-9a-fA-F]{6}", value):
        return "is no color", f"did you mean #{value}?"
    near = difflib.get_close_matches(value.lower(), COLORS, n=1)
    if near:
        return "is no color", f"did you mean {near[0]}?"
    return "is no color that mail programs know", "write #rrggbb, rgb(), rgba() or a color's name"
