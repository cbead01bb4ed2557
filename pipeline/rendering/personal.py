"""The values of one reader, escaped for where they go."""

import html
from collections.abc import Mapping

from pipeline.model.controls import has_control
from pipeline.model.edition import Placeholder


def for_text(*, unsubscribe_url: str, address: str) -> Mapping[Placeholder, str]:
    """Give the values for the text part, where nothing is markup."""
    if has_control(unsubscribe_url) or has_control(address):
        raise ValueError("a personal value holds a control character")
    return {Placeholder.UNSUBSCRIBE_URL: unsubscribe_url, Placeholder.ADDRESS: address}


def for_html(*, unsubscribe_url: str, address: str) -> Mapping[Placeholder, str]:
    """Give the values for the HTML part, safe in text and in quoted attributes."""
    plain = for_text(unsubscribe_url=unsubscribe_url, address=address)
    return {name: html.escape(value, quote=True) for name, value in plain.items()}
