"""A catalogue with every word in it, for somebody to translate."""

import io
import re
from collections.abc import Iterable

from pipeline.language import locales
from pipeline.language.english import Message

_HEADER = """\
msgid ""
msgstr ""
"Language: {tag}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
#: What its writer said of the whole, above the header.
_PREFACE = re.compile(r"(?:#(?![,:.|~]).*\n)*")


def draft(messages: Iterable[Message], tag: str, text: str = "") -> str:
    """Write the catalogue of a language; what ``text``, the one before, translates is kept.

    So is what it holds besides: words of a site's own theme, and obsolete entries (``#~``).

    A translation whose English text has changed since is marked fuzzy: somebody must look at it.
    """
    from babel.messages.catalog import Catalog  # noqa: PLC0415 - read only when asked
    from babel.messages.pofile import read_po, write_po  # noqa: PLC0415

    locale = locales.find(tag)
    old = read_po([f"{line}\n" for line in text.split("\n")], locale=locale)
    known = {entry.context: entry for entry in old if entry.id}
    new = Catalog(locale=locale)
    for message in messages:
        new_id = (message.text, message.plural) if message.plural else message.text
        before = known.pop(message.name, None)
        flags = before.flags & {"fuzzy"} if before else set()
        if before and before.id != new_id and before.string:
            flags.add("fuzzy")
        new.add(
            new_id,
            before.string if before and type(before.id) is type(new_id) else None,
            context=message.name,
            auto_comments=[message.note] if message.note else [],
            user_comments=before.user_comments if before else (),
            flags=flags,
        )
    for own in known.values():
        new.add(own.id, own.string, context=own.context, user_comments=own.user_comments)
    new.obsolete = old.obsolete
    written = io.BytesIO()
    write_po(written, new, omit_header=True, width=96)
    preface = _PREFACE.match(text)
    plurals = old.plural_forms if text else new.plural_forms
    return (
        (preface[0] if preface else "")
        + _HEADER.format(tag=tag, plurals=plurals)
        + written.getvalue().decode().strip("\n")
        + "\n"
    )
