"""The check itself: a page and a mix of readers become findings, one for each feature."""

from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.client_support import graceful, judging, support, usage
from pipeline.rendering.client_support.mix import ClientMix

_ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)


def check_page(html: str, clients: ClientMix) -> tuple[Finding, ...]:
    """Say of each feature that any page uses who lacks it; what breaks for many comes first."""
    known = support.load().features
    found = [judging.judge(use, known[use.slug], clients) for use in usage.find(html)]
    return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.level)))


def check_edition(html: str, clients: ClientMix) -> Iterator[Finding]:
    """Say what stands out in an edition: not what the shipped themes rely on and have seen to."""
    known = support.load().features
    for use in usage.find(html):
        feature = known[use.slug]
        few = judging.share_without(feature, clients) < judging.FEW
        if use.slug not in graceful.USUAL and not few:
            yield judging.judge(use, feature, clients)
