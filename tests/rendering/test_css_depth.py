"""Brackets that stand too deep in one another are found, whatever CSS they are in."""

import pytest

from pipeline.rendering import css_depth
from pipeline.rendering.checks import checking


def test_usual_rules_are_read_whole():
    css = "@media (a) { p:not(.b) { width: calc((1px + 2px) * (3 - 1)); } }" * 200

    assert css_depth.too_deep_at(css) is None
    assert css_depth.cut(css) == css


def test_what_stands_before_the_deepest_bracket_is_kept():
    css = "p{width:" + "(" * 60

    assert css_depth.cut(css) == "p{width:" + "(" * 49


@pytest.mark.parametrize("bracket", ["(", "[", "{", ":not(", "@media x{"])
def test_no_page_is_too_deep_to_be_checked(bracket):
    sheet = f"<html><head><style>p{{width:{bracket * 50_000}</style></head>"
    page = f'{sheet}<body><p style="width:{bracket * 50_000}">words</p></body></html>'

    findings = checking.check_html(page)

    assert "style/syntax" in {finding.id for finding in findings}
