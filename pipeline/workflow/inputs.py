"""What an edition is made of: the hash of each input, so that a change can be named."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress

from pipeline.content import library
from pipeline.errors import ContentError
from pipeline.model.issue import Issue
from pipeline.workflow.workshop import Workshop

#: How the names of those inputs begin that are files; ``newsletter.toml, title`` is none.
_FILES = ("content/", "templates/")


def of(shop: Workshop, issue: Issue) -> dict[str, str]:
    """Name everything that decides the bytes of an issue, with the hash of each.

    The program and its own theme are not among them: a new version voids no approval.
    Raises ContentError for a file that cannot be read.
    """
    inputs = dict(shop.render_inputs())
    for qa in issue.qas:
        inputs[qa.source] = library.digest(shop.folder / qa.source)
    inputs.update((image.source, image.sha256) for image in shop.renderer().images(issue))
    # The parts of an issue that an editor may fix in its file.
    inputs["its title"] = _hash(issue.title)
    inputs["its subject"] = _hash(issue.subject)
    inputs["its preheader"] = _hash(issue.preheader)
    inputs["its intro"] = _hash(issue.intro)
    inputs["its choice of Q&As"] = _hash("\n".join(issue.slugs))
    inputs["its slot"] = issue.slot.at.isoformat()
    inputs["its number"] = str(issue.number)
    return inputs


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Name the inputs that differ, the new and the gone ones too."""
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))


def changed_files(shop: Workshop, before: Mapping[str, str]) -> tuple[str, ...]:
    """Name the inputs that differ now, as far as can be told where no issue can be made."""
    now = dict(shop.render_inputs())
    named = {name: value for name, value in before.items() if not name.startswith("its ")}
    for name in named.keys() - now.keys():
        with suppress(ContentError):
            now[name] = library.digest(shop.folder / name)
    return changed(named, now)


def in_words(shop: Workshop, names: Sequence[str]) -> str:
    """Say that inputs changed or are gone since an approval."""
    gone = [name for name in names if name.startswith(_FILES) and not (shop.folder / name).exists()]
    others = [name for name in names if name not in gone]
    words = [f"{', '.join(others)} changed since"] if others else []
    if gone:
        words.append(f"{', '.join(gone)} {'is' if len(gone) == 1 else 'are'} gone")
    return ", and ".join(words)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
