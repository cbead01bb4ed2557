"""Whether the program has words for the languages that are written."""

import difflib
from collections.abc import Collection, Iterator

from pipeline.language import english
from pipeline.model.finding import Finding, Level
from pipeline.model.language import is_language_tag
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.options import RenderOptions

_ID = "language/words"


def check(manuscript: Manuscript, options: RenderOptions) -> Iterator[Finding]:
    """Look at the languages of the newsletter and of its Q&As, and at the site's catalogues."""
    language, catalogues = options.language, options.catalogues
    if not catalogues.has(language):
        yield Finding(
            id=_ID,
            level=Level.WARNING,
            source="newsletter.toml",
            message=f"there are no words in {language!r}, so what the theme says is in English",
            remedy=f"run `mailbag words {language}`, and translate the file that it writes",
        )
    elif lacking := options.words_of().lacking([message.name for message in english.PAGES]):
        yield Finding(
            id=_ID,
            level=Level.WARNING,
            source="newsletter.toml",
            message=f"the public pages speak English: {len(lacking)} of their words have no"
            f" translation into {language!r}, {lacking[0]!r} among them",
            remedy=f"run `mailbag words {language}`, and translate what is empty",
        )
    for entry in manuscript.entries:
        own = entry.qa.language
        if own and not catalogues.has(own):
            yield Finding(
                id=_ID,
                level=Level.NOTE,
                source=entry.qa.source,
                line=entry.qa.lines.language,
                message=f"there are no words in {own!r}, so its labels are in {language!r}",
                remedy=f"run `mailbag words {own}`, and translate the file that it writes",
            )
    yield from _files(options)


def check_own(
    manuscript: Manuscript, options: RenderOptions, said: Collection[str]
) -> Iterator[Finding]:
    """Look at the words in a site's catalogues that are none of the program's.

    ``said`` names what the theme's templates say.
    """
    languages = dict.fromkeys((None, *(entry.qa.language for entry in manuscript.entries)))
    own = {place: name for tag in languages for name, place in options.words_of(tag).own()}
    for place, name in own.items():
        if name in said:
            continue
        near = difflib.get_close_matches(name, english.MESSAGES, n=1, cutoff=0.85)
        found = Finding(
            id=_ID,
            level=Level.WARNING if near else Level.NOTE,
            message=f"{name!r} is none of the words that the program"
            + (" says" if near else " or a template says"),
            remedy=f"did you mean {near[0]!r}?"
            if near
            else f"remove it, or write {{{{ words.{name} }}}} where it belongs",
        )
        yield found.at(place)


def _files(options: RenderOptions) -> Iterator[Finding]:
    for tag, path in options.catalogues.own_files().items():
        place = "/".join(path.parts[-3:])
        if not is_language_tag(tag):
            yield Finding(
                id=_ID,
                level=Level.WARNING,
                source=place,
                message="it is never read: its name is no language tag",
                remedy="name it after its language, such as nl.po or pt-BR.po",
            )
