"""How the columns of a table share its width: by their longest words, so that few are broken.

A mail program makes a column as wide as its longest word, and the table with it, whatever the
screen; a table of fixed columns stays within it and breaks words. Which one a table needs is seen
in its words: letters are estimated, since nobody knows a reader's fonts.
"""

import re
import unicodedata
from collections.abc import Sequence

from lxml import etree

from pipeline.rendering.options import COLUMN, GUTTER, INSET, RenderOptions

#: CSS pixels that a telephone's screen leaves to a letter where no style sheet is obeyed.
_NARROW = 256
#: A table that is fixed is set in letters so much smaller: 14 pixels instead of 16.
_SMALLER = 14 / 16
#: From so many columns on, each pixel between them is one that a short word lacks.
_CROWD = 6

# Where a line may end; a sign of Chinese, Japanese or Korean stands alone.
_PLACES = re.compile("[ \t\n\u200b\u00ad\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef-]+")
#: Pixels of a letter in 16 pixels, in fonts that run wide; each of a headline is bolder.
_WIDTHS = {
    **dict.fromkeys("fijlrtI.,:;'|!()[] ", 6.5),
    **dict.fromkeys("mwMW@%", 14.5),
    # Joined letters are narrower.
    **dict.fromkeys(map(chr, range(0x600, 0x780)), 7.5),
}
_LETTER, _CAPITAL, _CODE, _BOLD = 8.8, 12.0, 9.6, 1.1


def share(root: etree._Element, inset: int, options: RenderOptions | None) -> None:
    """Fix the columns of each table whose words do not fit side by side on a telephone.

    ``inset`` says how many quotations and lists the whole text stands in.
    """
    for table in root.iter("table"):
        rows = [[*row] for row in table.iter("tr")]
        columns = [[*cells] for cells in zip(*rows, strict=False)]
        needs = [max(map(_need, cells)) for cells in columns]
        depth = inset + sum(
            1 for it in table.iterancestors() if it.tag in {"blockquote", "ol", "ul"}
        )
        narrow = max(_NARROW - INSET * depth, INSET)
        if sum(needs) <= narrow:
            continue
        table.set("class", "many crowded" if len(columns) >= _CROWD else "many")
        wide = max((options.column if options else COLUMN) - INSET * depth, narrow)
        smaller = [need * _SMALLER for need in needs]
        for cells, percent in zip(columns, _percents(smaller, narrow, wide), strict=True):
            head = cells[0]
            head.set("style", f"{head.get('style', '')};width:{percent}%".lstrip(";"))


def _percents(needs: Sequence[float], narrow: float, wide: float) -> list[int]:
    """Share both widths in the same way: what can be is whole on both, else on the wide one."""
    shares = _filled(needs, narrow)
    scale = wide / sum(shares)
    if sum(needs) <= wide and any(
        share * scale < need for share, need in zip(shares, needs, strict=True)
    ):
        shares = [*needs]
    percents = [int(100 * share / sum(shares)) for share in shares]
    percents[percents.index(max(percents))] += 100 - sum(percents)
    return percents


def _filled(needs: Sequence[float], width: float) -> list[float]:
    """Give each column what it needs, the short ones first, and an equal part where that lacks."""
    shares = [0.0] * len(needs)
    left = width
    for waiting, place in enumerate(sorted(range(len(needs)), key=needs.__getitem__)):
        shares[place] = min(needs[place], left / (len(needs) - waiting))
        left -= shares[place]
    return shares


def _need(cell: etree._Element) -> float:
    """Give the CSS pixels of the widest thing in a cell that stays in one line."""
    text = "".join(map(str, cell.itertext()))
    is_code = cell.find(".//code") is not None
    word = max((_width(word, is_code=is_code) for word in _PLACES.split(text)), default=0.0)
    if cell.tag == "th" or cell.find(".//strong") is not None:
        word *= _BOLD
    images = (float(image.get("width", "0")) for image in cell.iter("img"))
    return max(word, *images, 0.0) + GUTTER


def _width(word: str, *, is_code: bool) -> float:
    letters = sum(map(_letter, word))
    return max(letters, _CODE * len(word)) if is_code else letters


def _letter(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    return _WIDTHS.get(sign) or (_CAPITAL if sign.isupper() else _LETTER)
