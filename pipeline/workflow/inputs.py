"""What an edition is made of: the hash of each input, so that a change can be named."""

import hashlib
from collections.abc import Mapping

from pipeline.content import library
from pipeline.model.issue import Issue
from pipeline.workflow.workshop import Workshop


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


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
