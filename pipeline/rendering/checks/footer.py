"""What the law wants in the footer."""

from collections.abc import Iterator

from pipeline.model.finding import Finding, Level
from pipeline.rendering.options import RenderOptions


def check(options: RenderOptions) -> Iterator[Finding]:
    """Look for the sender's postal address."""
    if not options.postal_address.strip():
        found = Finding(
            id="footer/postal-address",
            level=Level.WARNING,
            message="there is no postal address, which many countries require in a newsletter",
            remedy="set [newsletter] postal_address",
        )
        yield found.at(options.postal_address_place)
