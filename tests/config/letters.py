"""A newsletter.toml that is legal, and what is said of one that is not."""

from pathlib import Path

import pytest

from pipeline.config import reading
from pipeline.errors import ConfigError

#: Six lines, so that what a test adds begins at line 7.
LETTER = """\
[newsletter]
title = "The Corner Office"
from = "The Corner Office <letters@news.example>"
list_id = "corner-office.news.example"
base_url = "https://news.example"
postal_address = "1 Main Street, Springfield"
"""


def refusal(text: str) -> ConfigError:
    """Give what is said of a text that must be refused."""
    with pytest.raises(ConfigError) as caught:
        reading.parse(text, site=Path())
    return caught.value
