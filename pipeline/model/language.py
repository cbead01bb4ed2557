"""The name of a language, as HTML and mail write it."""

import re

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def is_language_tag(text: str) -> bool:
    """Tell whether a text is written like a tag of BCP 47, such as ``en`` or ``pt-BR``."""
    return _TAG.fullmatch(text) is not None
