"""Strings as YAML that reads back as the same strings."""

import re

#: What YAML reads as itself without quotes: words that begin and end with a letter or digit.
_PLAIN = re.compile(r"[^\W_](?:[\w .,/()+'?!-]*[\w.)?!])?")

#: What must be escaped between double quotes: the quotes themselves, what cannot be seen,
#: and what YAML takes for the end of a line.
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]')


def scalar(text: str) -> str:
    """Write a text as it stands where YAML allows it, else between double quotes."""
    return text if _PLAIN.fullmatch(text) else quote(text)


def flow(texts: tuple[str, ...]) -> str:
    """Write a list on one line; a comma would part its items."""
    return f"[{', '.join(quote(text) if ',' in text else scalar(text) for text in texts)}]"


def quote(text: str) -> str:
    """Write a text between double quotes, on one line."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[0]}" if match[0] in '"\\' else f"\\u{ord(match[0]):04X}"
