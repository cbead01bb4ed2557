"""A theme is mirrored where a text runs from right to left: all of it, or one Q&A."""

import re
from dataclasses import replace
from typing import Any

import pytest

from pipeline.model.issue import Issue
from pipeline.model.qa import Answer, Inspiration, Question
from tests import specimens
from tests.rendering.letters import as_page, render
from tests.rendering.screens import declarations

#: The same text in words of either direction.
PROSE = """{word}.

- {word}
  1. {word}

> {word}

| {word} | {word} |
|---|---|
| {word} | {word} |

| {word} | {word} | {word} | {word} |
|---|---|---|---|
| {word} | {word} | {word} | {word} |

| {word} | {word} | {word} |
|:---|---:|:---:|
| {word} | {word} | {word} |

```
stop(report)
```
"""
WORDS = {"en": "word", "ar": "كلمة"}
#: What has a side, by the beginning of its name.
SIDES = ("padding", "border-left", "border-right", "text-align")


def letter(language: str) -> Issue:
    """An issue of that language in which everything occurs that has a side."""
    issue = specimens.issue(language)
    prose = PROSE.format(word=WORDS[language])
    first, *others = issue.qas
    full = replace(first, question=Question(prose, "X"), answer=Answer(prose, "X"))
    return replace(issue, intro=prose, qas=(full, *others))


def shown(language: str, theme: str) -> Any:
    return as_page(render(letter(language), specimens.options(language), theme))


def turn(text: str) -> str:
    return re.sub("left|right", lambda side: "right" if side[0] == "left" else "left", text)


def sides(element: Any) -> dict[str, str]:
    """Say where an element has room, a line or its text, with every side by its own name."""
    found: dict[str, str] = {}
    for name, value in declarations(element).items():
        if name == "padding":
            parts = value.split()
            top, right = parts[0], parts[min(1, len(parts) - 1)]
            left = parts[3] if len(parts) == 4 else right
            found |= {"padding-top": top, "padding-right": right, "padding-left": left}
        elif name.startswith(SIDES):
            found[name] = value
    # Neither room nor a line of no width can be seen.
    return {name: value for name, value in found.items() if value not in {"0", "0px"}}


def mirrored(style: dict[str, str]) -> dict[str, str]:
    return {turn(name): turn(value) for name, value in style.items()}


def elements(block: Any) -> list[Any]:
    """Give what is mirrored: all but code, and columns, whose texts say their side themselves."""
    return [
        it
        for it in block.iter("*")
        if it.tag not in {"pre", "code"} and "mj-column" not in it.get("class", "")
    ]


def test_a_letter_from_right_to_left_is_a_mirror_image(theme):
    ltr, rtl = (elements(shown(language, theme).body) for language in ("en", "ar"))

    assert [it.tag for it in rtl] == [it.tag for it in ltr]
    for one, other in zip(ltr, rtl, strict=True):
        assert mirrored(sides(one)) == sides(other), (one.tag, one.get("class"))
        assert not other.get("align") or other.get("align") == turn(one.get("align"))


@pytest.mark.parametrize(("around", "within"), [("en", "ar"), ("ar", "en")])
def test_a_question_in_another_language_is_as_in_a_letter_of_its_own(theme, around, within):
    guest = replace(letter(within).qas[0], language=within)
    issue = replace(letter(around), qas=(*letter(around).qas, guest))
    page = as_page(render(issue, specimens.options(around), theme))
    (block,) = page.xpath(f"//div[@lang='{within}']")
    (own, *_) = shown(within, theme).xpath("//h2[@id]/parent::div")

    assert block.get("dir") == {"ar": "rtl", "en": "ltr"}[within]
    assert [it.tag for it in elements(block)] == [it.tag for it in elements(own)]
    # The block itself says where its text begins; in its own letter all that is around does.
    assert declarations(block)["text-align"] == {"ar": "right", "en": "left"}[within]
    for one, other in zip(elements(block)[1:], elements(own)[1:], strict=True):
        assert sides(one) == sides(other), (one.tag, one.get("class"))


def test_code_runs_from_left_to_right_everywhere(theme):
    for pre in shown("ar", theme).xpath("//pre"):
        assert declarations(pre)["direction"] == "ltr"
        assert declarations(pre)["text-align"] == "left"


def test_letters_that_are_joined_are_not_spaced(theme):
    issue = replace(specimens.issue("en"), qas=specimens.issue("ar").qas)
    pages = [
        shown("ar", theme),
        as_page(
            render(
                replace(issue, qas=tuple(replace(it, language="ar") for it in issue.qas)),
                specimens.options("en"),
                theme,
            )
        ),
    ]

    for page in pages:
        assert "letter-spacing" not in " ".join(page.body.xpath(".//@style"))


@pytest.mark.parametrize("theme", ["classic", "plain"])
@pytest.mark.parametrize(("language", "other"), [("ar", "en"), ("en", "ar")])
def test_a_qa_whose_text_turns_begins_at_one_edge_as_a_whole(theme, language, other):
    """Its file does not say its language, so its labels are the newsletter's."""
    issue = specimens.issue(language)
    (foreign, *_) = letter(other).qas
    source = Inspiration("A column", "https://example.org/")
    foreign = replace(foreign, language=None, inspired_by=source)
    page = as_page(render(replace(issue, qas=(foreign,)), specimens.options(language), theme))

    (title,) = page.xpath("//h2[contains(@class, 'title')]")
    block = title.getparent()
    edge, way = ("right", "rtl") if other == "ar" else ("left", "ltr")
    assert (block.get("dir"), declarations(block)["text-align"]) == (way, edge)
    assert len(block.xpath("./p")) == 3
    within = [it for it in block.iter("*") if it is not block and it.tag not in ("th", "td", "pre")]
    assert {it.get("dir") for it in within} == {None}
    assert {declarations(it).get("text-align") for it in within} == {None}
    (box,) = block.xpath("./table//td[contains(@class, 'quoted')]")
    assert declarations(box)[f"border-{edge}"] != "0"
