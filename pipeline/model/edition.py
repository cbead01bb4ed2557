"""An issue rendered once for everybody."""

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from pipeline.model.finding import Finding
from pipeline.model.image import EditionImage


class Placeholder(StrEnum):
    """A place in an edition that each message fills by itself."""

    #: Where the subscriber leaves: ``base_url/u/{token}``.
    UNSUBSCRIBE_URL = "unsubscribe_url"
    #: The address the message goes to.
    ADDRESS = "address"
    #: From here to :attr:`MAIL_ONLY_END` is for the mail and left out of the web page.
    MAIL_ONLY_START = "mail_only_start"
    MAIL_ONLY_END = "mail_only_end"


# In texts and values a bracket is escaped, so what looks like a tag is one.
_IMG = re.compile(
    r'(?P<before><img(?:\s+(?!src=)[\w:-]+(?:="[^"]*"|=\'[^\']*\')?)*\s+src=")(?P<url>[^"]*)(?=")'
)

_MARKS = (Placeholder.MAIL_ONLY_START, Placeholder.MAIL_ONLY_END)

#: Constant text with the names of placeholders between.
Part = str | Placeholder


@dataclass(frozen=True, slots=True)
class Template:
    """One body of an edition: constants and placeholders in the order they are written."""

    parts: tuple[Part, ...]

    def join(self, values: Mapping[Placeholder, str]) -> str:
        """Fill the placeholders; ``values`` must be escaped for where they go.

        The marks around what is only for the mail are nothing.
        """
        return "".join(
            ("" if part in _MARKS else values[part]) if isinstance(part, Placeholder) else part
            for part in self.parts
        )

    def constant(self) -> str:
        """Give what is the same in every message."""
        return "".join(part for part in self.parts if not isinstance(part, Placeholder))

    def public(self) -> str:
        """Give the text for everybody: what is only for the mail is left out.

        Raises KeyError when a personal placeholder stands outside the marks.
        """
        kept: list[str] = []
        inside = False
        for part in self.parts:
            if part is Placeholder.MAIL_ONLY_START:
                inside = True
            elif part is Placeholder.MAIL_ONLY_END:
                inside = False
            elif not inside:
                if isinstance(part, Placeholder):
                    raise KeyError(part)
                kept.append(part)
        return "".join(kept)

    def as_json(self) -> list[str | dict[str, str]]:
        """Give the parts for storing and hashing: a constant as a string, a name as an object."""
        return [
            {"placeholder": part.value} if isinstance(part, Placeholder) else part
            for part in self.parts
        ]

    @classmethod
    def from_json(cls, parts: list[str | dict[str, str]]) -> "Template":
        return cls(tuple(p if isinstance(p, str) else Placeholder(p["placeholder"]) for p in parts))


def _pointed(tag: re.Match[str], urls: Mapping[str, str]) -> str:
    url = urls.get(html.unescape(tag["url"]))
    return tag[0] if url is None else tag["before"] + html.escape(url, quote=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An issue rendered once for everybody. Preview, test, archive and send use this one value."""

    number: int
    #: The instant the issue is due, in UTC; every date shown comes from it.
    slot: datetime
    subject: str
    preheader: str
    slugs: tuple[str, ...]
    html: Template
    text: Template
    #: Those of the texts; not what a theme shows.
    images: tuple[EditionImage, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.number < 1 or self.slot.tzinfo is not UTC or not self.slugs:
            raise ValueError("an edition has a number from 1, a slot in UTC and at least one QA")

    def html_with(self, urls: Mapping[str, str]) -> Template:
        """Give the HTML with images taken from elsewhere; ``urls`` has the new by the old."""
        return Template(
            tuple(
                part
                if isinstance(part, Placeholder)
                else _IMG.sub(lambda tag: _pointed(tag, urls), part)
                for part in self.html.parts
            )
        )

    def _content(self) -> dict[str, object]:
        # An edition without images is written, and so hashed, as before there were any.
        images = {"images": [image.as_json() for image in self.images]} if self.images else {}
        return {
            **images,
            "number": self.number,
            "slot": self.slot.isoformat(),
            "subject": self.subject,
            "preheader": self.preheader,
            "slugs": list(self.slugs),
            "html": self.html.as_json(),
            "text": self.text.as_json(),
        }

    def to_json(self) -> str:
        """Give the canonical JSON that is stored and hashed (UTF-8, sorted keys)."""
        return json.dumps(
            self._content(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    @classmethod
    def from_json(cls, text: str) -> "Edition":
        content = json.loads(text)
        return cls(
            number=content["number"],
            slot=datetime.fromisoformat(content["slot"]),
            subject=content["subject"],
            preheader=content["preheader"],
            slugs=tuple(content["slugs"]),
            html=Template.from_json(content["html"]),
            text=Template.from_json(content["text"]),
            images=tuple(map(EditionImage.from_json, content.get("images", ()))),
        )

    @property
    def html_bytes(self) -> int:
        """How many bytes of HTML everybody gets, without the personal values."""
        return len(self.html.constant().encode())

    @property
    def sha256(self) -> str:
        """The identity of the bytes: what was approved under it is what goes out."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()
