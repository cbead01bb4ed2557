"""Edge: writes a site's own catalogue, for somebody to translate."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.app.site import Site
from pipeline.content import writing
from pipeline.language import drafting
from pipeline.language.english import MESSAGES
from pipeline.model.language import canonical

_PREFACE = """\
# The words of this newsletter, each below its English text.
# What is left empty is said in the program's own words, where it has any in this language.
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A catalogue that was written."""

    path: Path
    #: The words that nobody has translated.
    lacking: tuple[str, ...]
    #: Words in it that the program does not know; a theme of the site's own may say them.
    unknown: tuple[str, ...]


def write_catalogue(site: Site, tag: str) -> Written:
    """Write every word of a language into its catalogue; what is translated there stays.

    Raises TemplateError when the catalogue that is there cannot be read.
    """
    tag = canonical(tag)
    # Strictly read: what is broken must not be written over with a part missing.
    site.catalogues.words_of(tag)
    path = site.catalogues.own_files().get(tag)
    before = path.read_text(encoding="utf-8-sig") if path else ""
    path = path or site.folder / "templates" / "locale" / f"{tag}.po"
    text = drafting.draft(MESSAGES.values(), tag, before)
    if text != before:
        writing.write_text_atomically(path, text if before else _PREFACE + text)
    words = site.catalogues.words_of(tag)
    lacking = words.lacking([*MESSAGES]) if words.tag == tag else tuple(MESSAGES)
    place = "/".join(path.parts[-3:])
    unknown = [name for name, where in words.own() if where.startswith(f"{place}:")]
    return Written(path, lacking, tuple(unknown))
