"""The documentation keeps to the code: words, keys, dependencies, links."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from pipeline.config import sections
from pipeline.content import issue_file, parsing
from pipeline.model import finding_ids
from pipeline.model.delivery import DeliveryState
from pipeline.model.issue import IssueState
from pipeline.model.qa import QAStatus
from pipeline.model.record import SlotState

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "content/README.md"])
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
MANUAL = (ROOT / "docs/reference/newsletter-toml.md").read_text(encoding="utf-8")
DECISIONS = (ROOT / "docs/decisions.md").read_text(encoding="utf-8")

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def _tables() -> Iterator[tuple[str, type[BaseModel]]]:
    for name, table in sections.TABLES.items():
        # Its keys are those of [smtp].
        if name != "smtp_backup":
            yield name, table


def _keys() -> Iterator[Any]:
    for table, model in _tables():
        for name, field in model.model_fields.items():
            yield pytest.param(table, field.alias or name, id=f"{table}.{field.alias or name}")


def _dependencies() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        pyproject = tomllib.load(file)
    groups = [pyproject["project"]["dependencies"], *pyproject["dependency-groups"].values()]
    return sorted({re.split(r"[^\w.-]", line)[0] for group in groups for line in group})


def _manual_of(table: str) -> str:
    """Give the section of the manual about one table of the toml."""
    after = MANUAL.partition(f"\n## [{table}]\n")[2]
    return after.partition("\n## ")[0]


@pytest.mark.parametrize("states", [DeliveryState, IssueState, SlotState, QAStatus])
def test_the_glossary_defines_every_state(states):
    assert [state for state in states if f"**{state}**" not in GLOSSARY] == []


def test_the_glossary_says_what_to_avoid_for_every_word():
    entries = re.findall(r"^\*\*[^*]+\*\*:\n(?:.+\n)+", GLOSSARY, re.MULTILINE)

    assert entries
    assert [entry for entry in entries if "_Avoid_: " not in entry] == []


@pytest.mark.parametrize(("table", "key"), list(_keys()))
def test_the_manual_explains_every_key_of_the_toml(table, key):
    assert f"\n| `{key}` | " in _manual_of(table)


def test_the_manual_explains_no_key_that_is_not_there():
    known = {
        (table, field.alias or name)
        for table, model in _tables()
        for name, field in model.model_fields.items()
    }
    described = {
        (table, key)
        for table, _ in _tables()
        for key in re.findall(r"^\| `(\w+)` \|", _manual_of(table), re.MULTILINE)
    }

    assert described == known


def _finding_ids() -> set[str]:
    """Find the names that the sources give to findings; those of client support are caniemail's."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "pipeline").rglob("*.py")]
    sources = [text for text in sources if not text.startswith('"""The names of every finding')]
    rules = r"report\.(?:error|warning|note|add)\(\s*(?:unfinished,\s*)?\"([a-z-]+)\""
    found = {f"content/{rule}" for source in sources for rule in re.findall(rules, source)}
    groups = "|".join({name.partition("/")[0] for name in finding_ids.IDS})
    names = rf"\"((?:{groups})/[a-z0-9-]+)\""
    return found | {name for source in sources for name in re.findall(names, source)}


def test_every_finding_is_among_the_names_that_a_site_may_judge():
    made_elsewhere = {"content/issue-number", "content/priority"}

    media_types = {"text/css", "text/event-stream"}

    assert _finding_ids() - set(finding_ids.IDS) == media_types
    assert set(finding_ids.IDS) - _finding_ids() <= made_elsewhere


FINDINGS = (ROOT / "docs/reference/findings.md").read_text(encoding="utf-8")


def test_the_list_of_findings_has_every_name():
    assert [name for name in finding_ids.IDS if f"| `{name}` |" not in FINDINGS] == []


def test_every_finding_has_a_section_of_its_own_and_no_section_lacks_its_finding():
    sections = re.findall(r"^### `([^`]+)`\n\n(.+)\n(.+)", FINDINGS, re.MULTILINE)

    assert sorted(name for name, *_ in sections) == sorted(finding_ids.IDS)


@pytest.mark.parametrize("name", [*finding_ids.IDS, "client-support/css-border-radius"])
def test_a_finding_says_where_its_section_is(name):
    page, _, anchor = finding_ids.page_of(name).partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)

    # As GitHub makes anchors of headings.
    assert anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("name", _dependencies())
def test_every_dependency_has_its_reason_in_the_decisions(name):
    assert f"**{name}**" in DECISIONS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page):
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [target for target in _LINK.findall(text) if "://" not in target]

    lost = [t for t in targets if not (page.parent / t.partition("#")[0]).exists()]

    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_page_has_one_title_and_closes_its_fences(page):
    text = page.read_text(encoding="utf-8")

    assert text.count("```") % 2 == 0
    assert len(re.findall(r"^# ", _FENCE.sub("", text), re.MULTILINE)) == 1
    assert text.endswith("\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_table_has_as_many_cells_in_each_row(page):
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}

        assert len(cells) == 1, table


_KNOWN = {
    (name, field.alias or key)
    for name, table in sections.TABLES.items()
    for key, field in table.model_fields.items()
}


def _tables_in(table: str, value: Any) -> list[dict[str, Any]]:
    """Give the tables of one name: one, as many as there are, or one for each name within."""
    if table in sections.NAMED:
        return [*value.values()]
    return value if table in sections.LISTS else [value]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_key_of_the_toml_that_a_page_names_is_there(page):
    named = re.findall(r"`\[([a-z]+)\] ([a-z][a-z_]*)", page.read_text(encoding="utf-8"))
    shown = [
        (table, key)
        for example in _examples("toml", page)
        for table, value in tomllib.loads(example).items()
        for keys in _tables_in(table, value)
        for key in keys
    ]

    assert {*named, *shown} - {("table", "key")} <= _KNOWN


def test_every_key_of_the_toml_that_the_program_names_is_there():
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "pipeline").rglob("*.py")
    )
    named = set(re.findall(r"`\[([a-z]+)\] ([a-z][a-z_]*)", sources))

    assert named - {("table", "key")} <= _KNOWN
    assert ("checks", "fail_on") in named


def _examples(language: str, page: Path) -> list[str]:
    """Give the code blocks of a page in one language."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", ["tutorial.md", "reference/newsletter-toml.md"])
def test_an_example_of_the_toml_is_legal(page):
    example = _examples("toml", ROOT / "docs" / page)[0]

    document = sections.Document.model_validate(tomllib.loads(example))

    assert document.newsletter.title


@pytest.mark.parametrize("page", ["tutorial.md", "reference/qa-file.md"])
def test_an_example_of_a_qa_file_has_nothing_to_mend(page):
    example = _examples("markdown", ROOT / "docs" / page)[0]

    parsed = parsing.parse(example.encode(), "content/example.md")

    assert parsed.findings == ()
    assert parsed.qa is not None


def test_the_example_of_an_issue_file_has_nothing_to_mend():
    example = _examples("markdown", ROOT / "docs/reference/issue-file.md")[0]

    parsed = issue_file.parse(example.encode(), "issues/0007.md")

    assert parsed.findings == ()


def test_the_readme_names_both_commands_and_the_cron_line():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "make demo" in readme
    assert "make test" in readme
    assert re.search(
        r"^\*/5 \* \* \* \* /\S+/mailbag --site /\S+ send --due$", readme, re.MULTILINE
    )
