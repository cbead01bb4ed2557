"""Colours as mail programs treat them: read, compared, and turned for a dark screen."""

import math
from dataclasses import dataclass
from functools import lru_cache

from tinycss2 import color4

_Triple = tuple[float, float, float]
_Matrix = tuple[_Triple, _Triple, _Triple]

#: The contrast that text needs (WCAG 2.2, 1.4.3).
READABLE = 4.5

# Linear sRGB to XYZ under D50, and back (CSS Color 4, section 18): CIE Lab is defined there.
_TO_XYZ: _Matrix = (
    (0.4360747, 0.3850649, 0.1430804),
    (0.2225045, 0.7168786, 0.0606169),
    (0.0139322, 0.0971045, 0.7141733),
)
_FROM_XYZ: _Matrix = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)
_WHITE: _Triple = (0.96422, 1.0, 0.82521)
#: Ways to write a colour, by what they come to.
_OF_SRGB = frozenset({"srgb", "hsl", "hwb"})
_LIGHTNESSES = frozenset({"lab", "lch", "oklab", "oklch"})
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of sRGB; each channel from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def __str__(self) -> str:
        """Write it as CSS, without its alpha."""
        return "#" + "".join(f"{round(255 * it):02x}" for it in (self.red, self.green, self.blue))


@lru_cache(maxsize=1024)
def parse(text: str) -> Colour | None:
    """Read a colour of CSS Color 4; ``None`` for ``inherit``, ``currentColor`` and no colour.

    What lies outside of sRGB becomes the nearest that it has in each channel.
    """
    try:
        found = color4.parse_color(text)
    except ValueError:
        # An empty ``color()``.
        return None
    if found is None or isinstance(found, str):
        return None
    if found.space in _LIGHTNESSES:
        lightness, a, b = found.to("lab").coordinates
        return _from_lab((lightness, a, b), found.alpha)
    if found.space not in _OF_SRGB:
        return None
    red, green, blue = (min(max(one, 0.0), 1.0) for one in found.to("srgb").coordinates)
    return Colour(red, green, blue, found.alpha)


def over(colour: Colour, ground: Colour) -> Colour:
    """Paint a colour that may be translucent on an opaque ground."""

    def mix(one: float, other: float) -> float:
        return one * colour.alpha + other * (1 - colour.alpha)

    return Colour(
        mix(colour.red, ground.red), mix(colour.green, ground.green), mix(colour.blue, ground.blue)
    )


def contrast(ink: Colour, ground: Colour) -> float:
    """Compare two opaque colours: from 1, the same, to 21, black on white (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(ink), _luminance(ground)))
    return (lighter + 0.05) / (darker + 0.05)


def inverted(colour: Colour) -> Colour:
    """Turn every channel round, as Gmail on iOS and Outlook on Windows do."""
    return Colour(1 - colour.red, 1 - colour.green, 1 - colour.blue, colour.alpha)


def turned_ink(colour: Colour) -> Colour:
    """Lighten a dark text, as Outlook.com and Gmail on Android do on a dark screen."""
    return _turned(colour, light=False)


def turned_ground(colour: Colour) -> Colour:
    """Darken a light background, as the same programs do."""
    return _turned(colour, light=True)


def _turned(colour: Colour, *, light: bool) -> Colour:
    """Turn the lightness of one half of all colours round, and fade every one."""
    lightness, a, b = _lab(colour)
    if (lightness >= 50) is light:
        lightness = 50 - (lightness - 50) * 0.75
    return _from_lab((lightness, a * 0.8, b * 0.8), colour.alpha)


def _luminance(colour: Colour) -> float:
    red, green, blue = map(_linear, (colour.red, colour.green, colour.blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else math.pow((channel + 0.055) / 1.055, 2.4)


def _gamma(channel: float) -> float:
    channel = min(max(channel, 0.0), 1.0)
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * math.pow(channel, 1 / 2.4) - 0.055


def _product(matrix: _Matrix, of: _Triple) -> _Triple:
    one, two, three = of
    first, second, third = (a * one + b * two + c * three for a, b, c in matrix)
    return first, second, third


def _lab(colour: Colour) -> _Triple:
    linear = (_linear(colour.red), _linear(colour.green), _linear(colour.blue))
    xyz = _product(_TO_XYZ, linear)
    x, y, z = (_root(value / white) for value, white in zip(xyz, _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _from_lab(lab: _Triple, alpha: float) -> Colour:
    lightness, a, b = lab
    y = (lightness + 16) / 116
    roots = (y + a / 500, y, y - b / 200)
    x, y, z = (_cube(root) * white for root, white in zip(roots, _WHITE, strict=True))
    red, green, blue = map(_gamma, _product(_FROM_XYZ, (x, y, z)))
    return Colour(red, green, blue, alpha)


def _root(value: float) -> float:
    return math.cbrt(value) if value > _EPSILON else (_KAPPA * value + 16) / 116


def _cube(root: float) -> float:
    return root**3 if root**3 > _EPSILON else (116 * root - 16) / _KAPPA
