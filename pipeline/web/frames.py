"""Edge: the page frames, HTML around what a page says; ours, unlike the newsletter's templates."""

import secrets
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, *, nonce: str, **values: object) -> str:
    """Fill a frame; every value is escaped, and only style and script with ``nonce`` count."""
    return _environment().get_template(name).render(nonce=nonce, **values)


def new_nonce() -> str:
    """Draw the word of one answer that its style and script carry (CSP level 3)."""
    return secrets.token_urlsafe(16)
