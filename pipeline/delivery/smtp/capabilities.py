"""What a relay says it can do: the lines of its EHLO reply (RFC 5321, section 4.1.1.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Keywords in upper case with their parameters."""

    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, lines: Sequence[str]) -> "Capabilities":
        """Read the reply's lines; the first one is the relay's name and greeting."""
        keywords: dict[str, tuple[str, ...]] = {}
        for line in lines[1:]:
            # Some old servers write AUTH=PLAIN beside or instead of AUTH PLAIN.
            words = line.replace("AUTH=", "AUTH ").split()
            if words:
                name = words[0].upper()
                keywords[name] = keywords.get(name, ()) + tuple(words[1:])
        return cls(MappingProxyType(keywords))

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.keywords

    def __str__(self) -> str:
        return ", ".join(self.keywords)

    @property
    def size(self) -> int | None:
        """Octets a message may have (RFC 1870); ``None``: not said, or without a limit."""
        return _number(self.keywords.get("SIZE", ())) or None

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Ways to log in, in upper case."""
        return tuple(dict.fromkeys(name.upper() for name in self.keywords.get("AUTH", ())))

    @property
    def mail_max(self) -> int | None:
        """Messages a connection may carry (RFC 9422); ``None``: not said."""
        return self._limit("MAILMAX")

    @property
    def rcpt_max(self) -> int | None:
        """Recipients a message may have (RFC 9422); ``None``: not said. We never have two."""
        return self._limit("RCPTMAX")

    def _limit(self, wanted: str) -> int | None:
        for limit in self.keywords.get("LIMITS", ()):
            name, _, value = limit.partition("=")
            if name.upper() == wanted:
                return _number((value,)) or None
        return None


def _number(values: tuple[str, ...]) -> int:
    """Read the first value; 0 when there is none, or it is no number."""
    first = values[0] if values else ""
    return int(first) if first.isascii() and first.isdigit() and len(first) < 20 else 0
