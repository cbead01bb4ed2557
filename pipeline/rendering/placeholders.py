"""The marks that stand for personal values while an edition is compiled.

They pass MJML and the inliner unchanged, and hold a nonce so that no text can forge them:
``https://p.invalid/<nonce>/unsubscribe_url`` and ``@@<nonce>:address@@``.
"""

import re
from collections.abc import Iterator

from pipeline.model.edition import Part, Placeholder, Template

_NONCE = re.compile("[0-9a-f]{32}")

#: What stands for a value of one reader, with whatever nonce; a text may look like it.
LIKE_A_MARK = re.compile("@@[0-9a-f]{32}:[a-z_]+@@|https://p\\.invalid/[0-9a-f]{32}/")

_URL, _WORD = "https://p.invalid/", "@@"
_NAMES = "|".join(Placeholder)
_MARK = re.compile(
    rf"{re.escape(_URL)}[0-9a-f]{{32}}/(?P<url>{_NAMES})|{_WORD}[0-9a-f]{{32}}:(?P<text>{_NAMES})@@"
)

#: Filled with a value of one reader; the others are marks.
PERSONAL = (Placeholder.UNSUBSCRIBE_URL, Placeholder.ADDRESS)


class Placeholders:
    """The marks of one compilation."""

    def __init__(self, nonce: str) -> None:
        if not _NONCE.fullmatch(nonce):
            raise ValueError("a nonce has 32 lower-case hexadecimal digits")
        self.nonce = nonce
        self._known: dict[str, Template] = {}

    def mark(self, placeholder: Placeholder) -> str:
        """Give what a template writes: an address of the web, or a word."""
        if placeholder is Placeholder.UNSUBSCRIBE_URL:
            return f"{_URL}{self.nonce}/{placeholder.value}"
        return f"{_WORD}{self.nonce}:{placeholder.value}@@"

    def marks(self) -> dict[str, str]:
        """Give every mark under the name that templates use."""
        return {
            "unsubscribe_url": self.mark(Placeholder.UNSUBSCRIBE_URL),
            "address": self.mark(Placeholder.ADDRESS),
            "mail_only": self.mark(Placeholder.MAIL_ONLY_START),
            "end_mail_only": self.mark(Placeholder.MAIL_ONLY_END),
        }

    def torn(self, text: str) -> int:
        """Find what is left of a mark that was cut or changed, in any letters; -1: nothing.

        Twelve digits of a random nonce stand in no other text.
        """
        # A text beyond ASCII takes ten times as long in small letters as its bytes do.
        data = text.encode(errors="surrogatepass").lower()
        pieces = [self.nonce[start : start + 12] for start in (0, 10, 20)]
        found = [data.find(piece.encode()) for piece in (*pieces, f"{_WORD}{self.nonce[:6]}")]
        at = min((at for at in found if at >= 0), default=-1)
        return len(data[:at].decode(errors="surrogatepass")) if at >= 0 else -1

    def split(self, text: str) -> Template:
        """Cut a compiled body at its marks; several look at the same body."""
        if text not in self._known:
            self._known[text] = self._cut(text)
        return self._known[text]

    def _cut(self, text: str) -> Template:
        parts: list[Part] = []
        end = 0
        for found in self._marks_in(text):
            if found.start() > end:
                parts.append(text[end : found.start()])
            parts.append(Placeholder(found["url"] or found["text"]))
            end = found.end()
        if end < len(text):
            parts.append(text[end:])
        return Template(tuple(parts))

    def _marks_in(self, text: str) -> Iterator[re.Match[str]]:
        # A search for a text is a hundred times as fast as one for a pattern.
        at = text.find(self.nonce)
        while at >= 0:
            starts = [at - len(before) for before in (_URL, _WORD) if at >= len(before)]
            yield from filter(None, (_MARK.match(text, start) for start in starts))
            at = text.find(self.nonce, at + len(self.nonce))
