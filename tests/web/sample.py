"""A newsletter and a desk that live in memory, with enough in them to be looked at."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import MailbagError
from pipeline.language.catalogues import SHIPPED
from pipeline.language.words import Words
from pipeline.model.finding import Finding, Level
from pipeline.web.editor.view import DeskView
from pipeline.web.public.ports import TokenVerdict

VALID = "v1.k7.c0rner.000001a4.Zp4nQ0bN7xw2kY8sLrT1Vg"
TEST = "v1.k7.c0rner.test.Kq8vC2hM5dX9aBfW3eRj6A"
UNKNOWN = "v1.k7.c0rner.000001a4.AAAAAAAAAAAAAAAAAAAAAA"

WEB_VIEW = (
    "<!doctype html><html lang='en'><head><title>The long meeting</title>"
    "<style>p{color:#222}</style></head><body><p>Say when you have to go.</p></body></html>"
)


@dataclass
class Site:
    """A newsletter with one reader; ``trouble`` is raised by whatever asks its ledger."""

    title: str = "The Corner Office"
    language: str = "en"
    fingerprint: str = "sha256:5f3a"
    is_listed: bool = False
    trouble: Exception | None = None
    left: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    images: dict[str, Path] = field(default_factory=dict)

    def words(self) -> Words:
        return SHIPPED.words_of(self.language)

    def reader_of(self, token: str) -> TokenVerdict:
        self._ask(token)
        known = {VALID: TokenVerdict.VALID, TEST: TokenVerdict.TEST}
        return known.get(token, TokenVerdict.UNKNOWN)

    def unsubscribe(self, token: str) -> None:
        self._ask(token)
        if token == VALID and token not in self.left:
            self.left.append(token)

    def image(self, name: str) -> Path | None:
        self._ask(name)
        return self.images.get(name)

    def web_page(self, number: int) -> str | None:
        self._ask(str(number))
        return WEB_VIEW if number == 1 else None

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.trouble:
            raise self.trouble


_STORY = (
    "You may leave. Say so at the start, not at the end: <em>I have to go at three</em> is a "
    "fact, while <em>I really must be going</em> is a negotiation. If nobody misses you in the "
    "last half hour, you have learned something useful about the meeting."
)

MAIL = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
.pair td {{ width: 50%; vertical-align: top; padding-right: 16px; }}
@media (max-width: 480px) {{ .pair td {{ display: block; width: 100% !important; }}
  h1 {{ font-size: 27px !important; }} .pad {{ padding: 20px !important; }} }}
@media (prefers-color-scheme: dark) {{ body, .page {{ background: #14171a !important; }}
  .card {{ background: #1e2327 !important; }} h1, h2, p, td {{ color: #e8e6e1 !important; }} }}
</style></head>
<body style="margin:0;background:#eef0ee">
<table role="presentation" class="page" width="100%" cellspacing="0" style="background:#eef0ee">
<tr><td align="center"><table role="presentation" class="card" width="100%" cellspacing="0"
 style="max-width:600px;background:#ffffff"><tr><td class="pad" style="padding:36px 40px">
<p style="font:14px Georgia,serif;color:#55635c">The Corner Office, issue 12</p>
<h1 style="font:normal 34px/1.2 Georgia,serif;color:#1d2b26;margin:0 0 16px">The long meeting</h1>
<p style="font:17px/1.6 Georgia,serif;color:#33403a">{_STORY}</p>
<h2 style="font:normal 24px/1.3 Georgia,serif;color:#1d2b26">The report nobody reads</h2>
<p style="font:17px/1.6 Georgia,serif;color:#33403a">{_STORY}</p>
<table role="presentation" class="pair" width="100%"><tr>
<td style="font:15px/1.5 Georgia,serif;color:#33403a"><b>Two minutes.</b> {_STORY[:120]}</td>
<td style="font:15px/1.5 Georgia,serif;color:#33403a"><b>One rule.</b> {_STORY[:120]}</td>
</tr></table>
<p style="font:17px/1.6 Georgia,serif;color:#33403a">{_STORY}</p>
<p style="font:17px/1.6 Georgia,serif;color:#33403a">{_STORY}</p>
<p><a href="https://news.example/u/sample" style="color:#23614d">Unsubscribe</a></p>
</td></tr></table></td></tr></table></body></html>
"""

VIEW = DeskView(
    title="The Corner Office",
    number=12,
    slot_text="Tuesday, 3 March 2026, 09:00 in New York",
    sender="The Corner Office",
    subject="The long meeting",
    preheader="Also: the report nobody reads, and a colleague who answers every mail with a call",
    html=MAIL,
    web=WEB_VIEW,
    text="The Corner Office, issue 12\n\nTHE LONG MEETING\n\nYou may leave. Say so at the start.\n",
    source="<mjml>\n  <mj-body>\n    <mj-text>You may leave.</mj-text>\n  </mj-body>\n</mjml>\n",
    message="From: The Corner Office <letters@news.example>\nSubject: The long meeting\n\nYou\n",
    findings=(
        Finding(
            id="image/alt",
            level=Level.WARNING,
            source="content/the-long-meeting.md",
            line=31,
            column=4,
            message="the picture has no text for readers who do not see it",
            remedy="write what it shows between the brackets: ![An empty room](room.png)",
        ),
        Finding(
            id="subject/length",
            level=Level.NOTE,
            source="issues/0012.md",
            line=3,
            message="a phone shows some 40 characters of a subject",
        ),
    ),
    chosen=(
        ("the-long-meeting", "named in issues/0012.md"),
        ("the-report-nobody-reads", "oldest unpublished, asked on 2 October 2025"),
        ("the-colleague-who-calls", "next oldest, asked on 14 October 2025"),
    ),
    passed=(
        ("the-open-window", "third Q&A on the topic “office”, and an issue takes two"),
        ("the-second-monitor", "not before 1 April 2026"),
        ("the-nap-room", "still a draft"),
    ),
    sha256="5b0e6b1d8d2c5f4e9f0f2b9c7a6d1e3048c7e5a1f6b2d9c80347ab15ce92fd60",
    html_bytes=41_300,
    assumptions=("There is no database here, so nothing counts as published.",),
)


@dataclass
class MemoryDesk:
    """A desk whose view a test puts there; ``trouble`` is raised instead of giving it."""

    view: DeskView = VIEW
    number: int = 1
    trouble: MailbagError | None = None
    looks: int = 0

    def look(self) -> DeskView:
        self.looks += 1
        if self.trouble:
            raise self.trouble
        return self.view

    def version(self) -> str:
        return str(self.number)

    def put(self, **changes: Any) -> None:
        self.view = replace(self.view, **changes)
        self.number += 1
