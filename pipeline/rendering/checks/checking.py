"""Which checks apply to what: to an edition, and to any HTML mail."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache, partial

from pipeline.model.edition import Edition, Placeholder
from pipeline.model.finding import Finding
from pipeline.rendering.checks import (
    attachments,
    contrast,
    document,
    footer,
    headers,
    headings,
    interface,
    languages,
    left_over,
    legibility,
    links,
    personal,
    picture_addresses,
    pictures,
    size,
    styling,
    tables,
    text_images,
    texts,
    words,
)
from pipeline.rendering.checks.origins import Origins
from pipeline.rendering.checks.page import Page
from pipeline.rendering.client_support import checking as client_support
from pipeline.rendering.client_support import mix
from pipeline.rendering.client_support.mix import ClientMix
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.prose import text_places
from pipeline.rendering.templating.theme_words import Literal, Words

#: Looks at a page; the lines and columns of its findings are the page's.
Check = Callable[[Page], Iterator[Finding]]

#: What can be wrong in the markup of any mail.
MARKUP_CHECKS: tuple[Check, ...] = (
    size.check_styles,
    document.check,
    languages.check,
    headings.check,
    tables.check,
    links.check,
    pictures.check,
    contrast.check,
    legibility.check,
)
#: What can be wrong in its words, too; of an edition these are looked at in its files.
WORD_CHECKS: tuple[Check, ...] = (words.check,)

#: Findings about a text of the issue that are made where the text was written.
_MADE_AT_THE_SOURCE = ("link/", "image/", "client-support/image-webp")
#: What a rule that lacks its brace looks like.
_NESTING = "client-support/css-nesting"


def check(
    edition: Edition,
    manuscript: Manuscript,
    options: RenderOptions,
    origins: Origins,
    theme: Iterable[tuple[str, Words]],
) -> tuple[Finding, ...]:
    """Find what must not, or should not, go out as it is, also what the theme writes by itself."""
    return (
        *_check_edition(edition, manuscript, options, origins),
        *_check_theme(manuscript, options, tuple(theme)),
    )


def _check_edition(
    edition: Edition, manuscript: Manuscript, options: RenderOptions, origins: Origins
) -> tuple[Finding, ...]:
    host = picture_addresses.host_of(options.base_url)
    styled = tuple(origins.check_source(partial(styling.check, host=host)))
    broken = any(finding.id == "style/syntax" for finding in styled)
    return (
        *size.check(edition, manuscript.issue),
        *headers.check(edition, manuscript.issue),
        *footer.check(options),
        *(one.at(options.base_url_place) for one in links.check_base(options.base_url)),
        *interface.check(manuscript, options),
        *texts.check(manuscript),
        *text_images.check(manuscript, options),
        *styled,
        *(one for one in _page(edition, options, origins) if not (broken and one.id == _NESTING)),
    )


def _check_theme(
    manuscript: Manuscript, options: RenderOptions, theme: Collection[tuple[str, Words]]
) -> Iterator[Finding]:
    """Find what the theme's author left in its files, and in the site's catalogues."""
    said = frozenset[str]().union(*(written.names for _, written in theme))
    yield from interface.check_own(manuscript, options, said)
    for source, written in theme:
        for literal in written.literals:
            yield from _left_in(source, literal)


@lru_cache(maxsize=2048)
def _left_in(source: str, literal: Literal) -> tuple[Finding, ...]:
    """Look at a piece of a template, once for a process: it seldom changes."""
    text = text_places.passage(
        (line, literal.line + number)
        for number, line in enumerate(literal.text.splitlines(keepends=True))
    )
    looks = (left_over.check, personal.check, attachments.check)
    return tuple(finding for look in looks for finding in look(text, "theme", source))


def check_html(text: str, clients: ClientMix | None = None) -> tuple[Finding, ...]:
    """Find what is wrong with any HTML mail; the lines and columns are the page's."""
    page = Page(text)
    return (
        *size.check_text(page.text),
        *(finding for check in (*MARKUP_CHECKS, *WORD_CHECKS) for finding in check(page)),
        *styling.check_page(page.text),
        *client_support.check_page(page.text, clients or mix.usual()),
    )


def _page(edition: Edition, options: RenderOptions, origins: Origins) -> Iterator[Finding]:
    """Check the page as a reader gets it; its findings get the places of who wrote what."""
    values = {
        Placeholder.UNSUBSCRIBE_URL: f"{options.base_url}/u/token",
        Placeholder.ADDRESS: "reader@mail.example",
    }
    page = Page(edition.html.join(values), options.base_url)
    checks: tuple[Check, ...] = (
        *MARKUP_CHECKS,
        lambda page: client_support.check_edition(page.text, options.clients),
    )
    for check in checks:
        for finding in check(page):
            origin = origins.of(page, finding.line, finding.column)
            if not (origin.in_body and finding.id.startswith(_MADE_AT_THE_SOURCE)):
                yield finding.at(origin.place)
