"""What was noticed while one file was read."""

from pipeline.model.finding import Finding, Level


def printable(source: str) -> str:
    r"""Write characters that cannot be seen as escapes: a line feed is ``\n``."""
    if source.isprintable():
        return source
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in source
    )


class Report:
    """Collects the findings of one file, so that its author hears of all of them at once."""

    def __init__(self, source: str) -> None:
        #: The file, relative to the site, on one line whatever its name holds.
        self.source = printable(source)
        self._findings: list[Finding] = []

    def error(
        self, rule: str, line: int, message: str, remedy: str = "", *, column: int = 0
    ) -> None:
        self.add(Level.ERROR, rule, line, message, remedy, column=column)

    def warning(self, rule: str, line: int, message: str, remedy: str = "") -> None:
        self.add(Level.WARNING, rule, line, message, remedy)

    def note(self, rule: str, line: int, message: str, remedy: str = "") -> None:
        self.add(Level.NOTE, rule, line, message, remedy)

    def add(  # noqa: PLR0913 - a finding's own fields
        self, level: Level, rule: str, line: int, message: str, remedy: str, *, column: int = 0
    ) -> None:
        """Take down a finding named ``content/rule``; line 0 is the file as a whole."""
        self._findings.append(
            Finding(
                id=f"content/{rule}",
                level=level,
                source=self.source,
                line=line,
                column=column,
                message=message,
                remedy=remedy,
            )
        )

    def has(self, rule: str) -> bool:
        """Tell whether a rule was found broken already."""
        return any(finding.id == f"content/{rule}" for finding in self._findings)

    @property
    def has_errors(self) -> bool:
        return any(finding.level is Level.ERROR for finding in self._findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything, in the order of the places."""
        return tuple(sorted(self._findings, key=lambda finding: (finding.line, finding.column)))
