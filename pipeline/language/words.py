"""What the program says by itself, in one language."""

from collections.abc import Iterator, Sequence

from pipeline.errors import TemplateError
from pipeline.language.catalogue import Catalogue
from pipeline.language.english import MAIL, MESSAGES


class Words:
    """Each word by its name, ``words.unsubscribe``, from the first catalogue that has it.

    Where no catalogue has one a word is refused when it is asked for, unless English may stand in.
    """

    __slots__ = ("_catalogues", "_english", "tag")

    def __init__(self, tag: str, catalogues: Sequence[Catalogue], *, english: bool) -> None:
        #: The language that is spoken.
        self.tag = tag
        self._catalogues = tuple(catalogues)
        #: The English words may stand in.
        self._english = english

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._find(name)[1][0]

    def count(self, name: str, number: int) -> str:
        """Give the form of a word that goes with a number."""
        catalogue, forms = self._find(name)
        form = catalogue.form_of(number) if catalogue else int(number != 1)
        return forms[min(form, len(forms) - 1)]

    def lacking(self, names: Sequence[str]) -> tuple[str, ...]:
        """Name those words that would be refused."""
        return tuple(
            name
            for name in names
            if not self._english and all(name not in each.words for each in self._catalogues)
        )

    def own(self) -> Iterator[tuple[str, str]]:
        """Give each word that is none of the program's, and where its translation stands."""
        for catalogue in self._catalogues:
            for name, place in catalogue.places.items():
                if name not in MESSAGES:
                    yield name, place

    def _find(self, name: str) -> tuple[Catalogue | None, tuple[str, ...]]:
        for catalogue in self._catalogues:
            if name in catalogue.words:
                return catalogue, catalogue.words[name]
        message = MESSAGES.get(name)
        if message is None and all(name not in each.blanks for each in self._catalogues):
            raise AttributeError(f"there is no word {name!r}")
        if message is not None and self._english:
            return None, (message.text, message.plural or message.text)
        lacking = self.lacking([message.name for message in MAIL])
        raise TemplateError(
            f"the word {name!r} has no translation into {self.tag!r}",
            place=self._place_of(name),
            remedy=self._remedy_of(name),
            faults=[
                TemplateError(
                    f"the word {other!r} has no translation into {self.tag!r}",
                    place=self._place_of(other),
                    remedy=self._remedy_of(other),
                )
                for other in lacking
                if other != name
            ],
        )

    def _place_of(self, name: str) -> str:
        """Say where the translation belongs: into the entry that waits for it, or at the end."""
        for catalogue in self._catalogues:
            if name in catalogue.blanks:
                return catalogue.blanks[name]
        return self._catalogues[-1].end if self._catalogues else ""

    def _remedy_of(self, name: str) -> str:
        for catalogue in self._catalogues:
            if name in catalogue.fuzzy:
                return "see that its msgstr is right, and take `fuzzy` out above it"
            if name in catalogue.blanks:
                return "write its msgstr"
        message = MESSAGES[name]
        return f'add msgctxt "{name}" and msgid "{message.text}" with its msgstr'
