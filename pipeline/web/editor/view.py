"""What the desk shows: the next issue as it would go out, and everything there is to say of it."""

from dataclasses import dataclass
from typing import Protocol

from pipeline.model.finding import Finding, Level

#: Bytes of HTML past which Gmail cuts a mail off ("[Message clipped]").
CLIP_BYTES = 102 * 1024

#: From here on the meter is amber: one more long answer and the mail is cut.
NEAR_CLIP_BYTES = CLIP_BYTES * 3 // 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """One look at the next issue. With ``error``, everything else may be empty."""

    #: The newsletter's.
    title: str = ""
    #: 0 when it is not known.
    number: int = 0
    #: The slot in the newsletter's time zone, as a person writes it.
    slot_text: str = ""
    #: From, as an inbox shows it; the title when empty.
    sender: str = ""
    subject: str = ""
    preheader: str = ""
    #: The HTML body of the sample reader's mail, exactly as it is sent.
    html: str = ""
    #: The issue's page for everybody.
    web: str = ""
    #: The text body of the same mail.
    text: str = ""
    #: What the templates made, before it was compiled.
    source: str = ""
    #: The whole message: headers, both parts, encoded.
    message: str = ""
    findings: tuple[Finding, ...] = ()
    #: (slug, why), in the order of the issue.
    chosen: tuple[tuple[str, str], ...] = ()
    #: (slug, why not).
    passed: tuple[tuple[str, str], ...] = ()
    #: The edition's identity: what ``mailbag approve`` pins.
    sha256: str = ""
    html_bytes: int = 0
    #: What is pinned for this issue, or in force; empty when nothing is.
    approved_sha256: str = ""
    #: It would take the place of what is pinned, for whoever waits for a paused issue.
    is_revision: bool = False
    #: Such as "no database here: nothing counts as published".
    assumptions: tuple[str, ...] = ()
    #: Why there is no edition: a sentence with place and remedy.
    error: str | None = None

    def count(self, level: Level) -> int:
        """Count the findings of a level that nobody silenced."""
        return sum(finding.level is level for finding in self.findings if not finding.silenced)

    @property
    def silenced(self) -> tuple[Finding, ...]:
        """The findings of which an editor wants to hear no more."""
        return tuple(finding for finding in self.findings if finding.silenced)

    @property
    def initial(self) -> str:
        """The letter in the round that an inbox puts before a sender."""
        name = (self.sender or self.title).removeprefix("The ").strip()
        return name[:1].upper() or "?"


class Desk(Protocol):
    """Where the app gets its view. Called in threads, never two calls of ``look`` at once."""

    def look(self) -> DeskView:
        """Make the issue anew. A ``MailbagError`` is shown like the view's own error."""
        ...

    def version(self) -> str:
        """Name the state of everything ``look`` reads: a new name when it may look different.

        It is asked at every change of a file and every few seconds, so it must be cheap.
        """
        ...
