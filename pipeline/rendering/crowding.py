"""Which place in the templates writes most of a mail that is too large: the loop that made it.

Looked for at places spread evenly over what was written, after a refusal only.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.model.finding import split_place
from pipeline.rendering import markup

#: Places that are looked at, and the part of them from which one file is at fault.
_LOOKED_AT, _MOST = 200, 0.5


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the templates have written; ``locate`` names the place of an offset."""

    source: str
    locate: Callable[[int], str]

    def of_characters(self) -> str:
        """Name the place that writes most of the characters; empty when there is none."""
        return self._of(range(len(self.source)))

    def of_elements(self) -> str:
        """Name the place that writes most of the elements; empty when there is none."""
        return self._of([offset for _, offset in markup.read(self.source).starts])

    def of_styles(self) -> str:
        """Name the place that writes most of the style sheets; empty when there is none."""
        sheets = markup.read(self.source).sheets
        return self._of([offset + at for css, offset in sheets for at in range(len(css))])

    def _of(self, offsets: Sequence[int]) -> str:
        step = max(len(offsets) // _LOOKED_AT, 1)
        places = [self.locate(offset) for offset in offsets[::step]]
        files = Counter(split_place(place)[0] for place in places)
        for file, count in files.most_common(1):
            if count >= _MOST * len(places):
                # Each character of what stands there as it is has a column of its own.
                lines = Counter(split_place(one)[:2] for one in places if one.startswith(file))
                found = lines.most_common(1)[0][0]
                return next(one for one in places if split_place(one)[:2] == found)
        return ""
