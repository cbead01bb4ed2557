"""The text of a gettext catalogue -> the words it holds, or what is wrong with it and where."""

import gettext
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING

from pipeline.errors import TemplateError
from pipeline.language import locales
from pipeline.language.english import MESSAGES
from pipeline.model import bidi

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog
    from babel.messages.catalog import Message as Entry

_STRING = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(
    rf"\s*(?:#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[[0-9]\])?)\s+)?{_STRING}\s*)?"
)
#: What may end a header or an element on its way.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
#: What stands in quotes on a line; a string may go on in the next.
_SAID = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FORMS = re.compile(r"nplurals\s*=\s*([0-9]+)")
#: As many as Arabic has, the most of all.
_MOST_FORMS = 6
#: Numbers whose form is tried, so that none fails while a mail is written.
_TRIED = (*range(201), 1_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language, from one file."""

    #: The forms of each word by its name, one or as many as the language's numbers have.
    words: Mapping[str, tuple[str, ...]]
    #: Tells which form goes with a number.
    form_of: Callable[[int], int]
    #: Where an entry stands that is not translated yet, by the word's name.
    blanks: Mapping[str, str]
    #: Where the translation of each entry stands, by the word's name.
    places: Mapping[str, str]
    #: The file as a person sees it, and where a new entry would begin.
    source: str
    end: str
    #: Entries that somebody must look at, since their English text has changed.
    fuzzy: frozenset[str] = frozenset()


def parse(text: str, source: str, tag: str) -> Catalogue:
    """Read the catalogue of a language; raise TemplateError with file, line and column."""
    # Babel and its data are read only when there is a catalogue to read.
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    lines = text.removeprefix("\N{BOM}").replace("\r\n", "\n").split("\n")
    _check_lines(lines, source)
    _check_forms(lines, source)
    try:
        catalog = read_po(
            [f"{line}\n" for line in lines], locale=locales.find(tag), abort_invalid=True
        )
    except PoFileError as error:
        raise _fault(source, error.lineno + 1, 1, str(error)) from error
    except ValueError as error:
        # A header that Babel cannot read; it names the value.
        value = re.search(r"'([^']+)'", str(error))
        line = _line_with(lines, value[1] if value else "Plural-Forms")
        raise _fault(source, line, 1, str(error)) from error
    words: dict[str, tuple[str, ...]] = {}
    blanks: dict[str, str] = {}
    places: dict[str, str] = {}
    fuzzy: set[str] = set()
    for entry in catalog:
        if entry.id:
            line, column = _translation_of(entry, lines)
            name = _name_of(entry, source)
            forms = _forms_of(entry)
            places[name] = f"{source}:{line}:{column}"
            if "fuzzy" in entry.flags or not all(forms):
                blanks[name] = places[name]
                if all(forms):
                    fuzzy.add(name)
            else:
                _check_turns(forms, (source, line, column))
                _check_fields(name, forms, (source, line, column))
                words[name] = forms
    return Catalogue(
        words=words,
        form_of=_rule_of(catalog, lines, source),
        blanks=blanks,
        places=places,
        source=source,
        end=f"{source}:{len(lines)}:1",
        fuzzy=frozenset(fuzzy),
    )


def _fault(source: str, line: int, column: int, message: str, remedy: str = "") -> TemplateError:
    return TemplateError(
        message,
        place=f"{source}:{line}:{column}",
        remedy=remedy or "write it as gettext does",
    )


def _check_lines(lines: list[str], source: str) -> None:
    """Refuse what Babel would read with a letter lost, such as a string without its end."""
    named: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        control = _CONTROL.search(line)
        if control:
            raise _fault(
                source, number, control.start() + 1, "a control character stands here", "delete it"
            )
        if not _LINE.fullmatch(line):
            column = line.find('"') + 1 or len(line) - len(line.lstrip()) + 1
            raise _fault(
                source,
                number,
                column,
                f"this is no line of a catalogue: {line.strip()[:60]}",
                'write a keyword and its text in "quotes", a quote within it as \\"',
            )
        match = re.match(r'\s*msgctxt\s+"(.*)"', line)
        if match and match[1]:
            first = named.setdefault(match[1], number)
            if first != number:
                raise _fault(
                    source,
                    number,
                    1,
                    f"{match[1]!r} has an entry already, in line {first}",
                    "keep one",
                )


def _check_forms(lines: list[str], source: str) -> None:
    """Refuse more plural forms than any language has: Babel makes room for so many at once."""
    said = "".join(string for line in lines for string in _SAID.findall(line))
    for found in _FORMS.finditer(said):
        if int(found[1][:3]) > _MOST_FORMS or len(found[1]) > 2:
            raise _fault(
                source,
                _line_with(lines, "nplurals"),
                1,
                f"no language has {found[1][:12]} plural forms",
                "copy the rule that gettext's manual has for the language",
            )


def _line_with(lines: list[str], text: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)


def _translation_of(entry: "Entry", lines: list[str]) -> tuple[int, int]:
    """Find the line and column of an entry's translation."""
    for number in range(entry.lineno or 1, len(lines) + 1):
        match = re.match(r"\s*msgstr\S*\s+", lines[number - 1])
        if match:
            return number, match.end() + 1
    return entry.lineno or 1, 1


def _name_of(entry: "Entry", source: str) -> str:
    if entry.context:
        return entry.context
    text = entry.id if isinstance(entry.id, str) else entry.id[0]
    raise _fault(
        source,
        entry.lineno or 1,
        1,
        f"the entry {text!r} does not say which word it is",
        'write `msgctxt "name"` above it, such as ' + _example(text),
    )


def _example(text: str) -> str:
    names = [message.name for message in MESSAGES.values() if message.text == text]
    return " or ".join(f'`msgctxt "{name}"`' for name in names or ["unsubscribe"])


def _forms_of(entry: "Entry") -> tuple[str, ...]:
    strings = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ("",))
    return tuple(" ".join(form.split("\n")).strip(" ") for form in strings)


def _rule_of(catalog: "Catalog", lines: list[str], source: str) -> Callable[[int], int]:
    """Give the function that tells the form of a number, once it was tried."""
    with suppress(ValueError, ArithmeticError):
        rule = gettext.c2py(catalog.plural_expr)
        if all(0 <= rule(number) < catalog.num_plurals for number in _TRIED):
            return rule
    raise _fault(
        source,
        _line_with(lines, "Plural-Forms"),
        1,
        f"Plural-Forms is no rule for {catalog.num_plurals} forms: {catalog.plural_expr[:60]}",
        "copy the one that gettext's manual has for the language",
    )


def _check_turns(forms: tuple[str, ...], place: tuple[str, int, int]) -> None:
    for form in forms:
        for _, sign in bidi.unbalanced(form):
            raise _fault(
                *place,
                f"the invisible sign U+{ord(sign):04X} turns what follows it, or ends nothing",
                "delete it",
            )


def _check_fields(name: str, forms: tuple[str, ...], place: tuple[str, int, int]) -> None:
    """Refuse a translation that does not have the ``{...}`` of the English text."""
    message = MESSAGES.get(name)
    if message is None:
        # A word of the site's own theme; nothing is filled in.
        return
    wanted = fields_of(message.text)
    for form in forms:
        try:
            found = list(_fields(form))
        except ValueError as error:
            raise _fault(*place, f"{form!r}: {error}", "write {{ and }} for braces") from error
        # "one minute" needs no {minutes}.
        lost = set() if message.plural else wanted - set(found)
        strange = set(found) - wanted
        if lost or strange:
            what = f"lacks {{{min(lost)}}}" if lost else f"has {{{min(strange)}}}"
            names = ", ".join(f"{{{field}}}" for field in sorted(wanted)) or "none"
            raise _fault(
                *place,
                f"the translation of {message.text!r} {what}",
                f"write it with {names}, as the English text is",
            )


def fields_of(text: str) -> set[str]:
    """Give the names between braces."""
    return set(_fields(text))


def _fields(text: str) -> Iterator[str]:
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            # Nothing but a name: what follows it could reach further than a text.
            yield name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
