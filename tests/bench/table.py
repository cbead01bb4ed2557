"""A document of figures as a table of Markdown, for the pages that show them."""

from typing import Any


def markdown(document: dict[str, Any]) -> str:
    """Give the machine in a sentence, and a row for each figure."""
    machine = document["machine"]
    where = f"{machine['cores']} cores, Python {machine['python']}"
    rows = [_row(figure) for figure in document["figures"]]
    return "\n".join(
        (
            f"{where}, load {machine['load_before']:g} before the run.",
            "",
            "| figure | measured | limit | holds |",
            "| --- | ---: | ---: | --- |",
            *rows,
            "",
        )
    )


def _row(figure: dict[str, Any]) -> str:
    unit = f" {figure['unit']}".rstrip()
    limit = ""
    if figure["limit"] is not None:
        word = "at least" if figure["at_least"] else "at most"
        limit = f"{word} {figure['limit']:g}{unit}"
    holds = {None: "", True: "yes", False: "no"}[figure["holds"]]
    name = figure["name"].replace("|", "\\|")
    return f"| {name} | {_number(figure['value'])}{unit} | {limit} | {holds} |"


def _number(value: float) -> str:
    """Give three digits, or all of a larger number before its point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
