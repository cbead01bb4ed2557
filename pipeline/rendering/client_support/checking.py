"""The check itself: a page and a mix of readers become findings, one for each feature."""

from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.client_support import graceful, judging, support, usage
from pipeline.rendering.client_support.judging import GROUP
from pipeline.rendering.client_support.mix import ClientMix

_ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)


def check_page(html: str, clients: ClientMix) -> tuple[Finding, ...]:
    """Say of each feature that any page uses which readers lack it; what breaks comes first."""
    found = _judged(html, clients, lacked=True)
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.level)))


def supported(html: str, clients: ClientMix) -> tuple[Finding, ...]:
    """Name the features that a page uses and all readers have: nothing is wrong with them."""
    return tuple(_judged(html, clients, lacked=False))


def is_usual(finding: Finding) -> bool:
    """Tell whether a finding is a note on what nearly every mail uses, and may."""
    slug = finding.id.removeprefix(f"{GROUP}/")
    return finding.level is Level.NOTE and slug in graceful.USUAL


def _judged(html: str, clients: ClientMix, *, lacked: bool) -> Iterator[Finding]:
    known = support.load().features
    for use in usage.find(html):
        feature = known[use.slug]
        if lacked is bool(judging.share_without(feature, clients)):
            yield judging.judge(use, feature, clients)


def check_edition(html: str, clients: ClientMix) -> Iterator[Finding]:
    """Say what stands out in an edition: not what the shipped themes rely on and have seen to."""
    known = support.load().features
    for use in usage.find(html):
        feature = known[use.slug]
        few = judging.share_without(feature, clients) < judging.FEW
        if use.slug not in graceful.USUAL and not few:
            yield judging.judge(use, feature, clients)
