"""The note on an issue's page that a mistake in it was mended."""

from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import html

from pipeline.language.catalogues import SHIPPED
from pipeline.language.english import CORRECTED
from pipeline.language.locales import direction_of, write_date
from pipeline.rendering.options import RenderOptions

#: Colours of its own, so that it is read on any theme's ground, by day and by night.
_STYLE = (
    "box-sizing:border-box;max-width:600px;margin:0 auto;padding:12px 24px;"
    "background-color:#fff4ce;color:#3b2f00;font:16px/24px sans-serif;text-align:start"
)


def note(root: html.HtmlElement, at: datetime, options: RenderOptions) -> None:
    """Put the note where the page's own text begins, in the newsletter's language.

    Where nobody has translated it, it is English: a page must not lack for a word.
    """
    words = options.words_of()
    if words.lacking([CORRECTED.name]):
        words = SHIPPED.words_of("en")
    day = at.astimezone(ZoneInfo(options.timezone)).date()
    before, _, after = words.corrected.partition("{date}")
    paragraph = html.Element("p", style=_STYLE, lang=words.tag, dir=direction_of(words.tag))
    paragraph.text = before
    moment = html.Element("time", datetime=day.isoformat())
    moment.text, moment.tail = write_date(day, words.tag), after
    paragraph.append(moment)
    main = root.find(".//main")
    (root.body if main is None else main).insert(0, paragraph)
