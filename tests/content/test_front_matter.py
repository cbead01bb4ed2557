import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content.front_matter import FrontMatter, Unfenced, join, split


@pytest.mark.parametrize(
    ("text", "yaml", "body", "lines"),
    [
        pytest.param("---\na: 1\n---\nbody\n", "a: 1\n", "body\n", (2, 4), id="usual"),
        pytest.param("---\na: 1\n---", "a: 1\n", "", (2, 3), id="no-newline-at-the-end"),
        pytest.param("---\n---\n", "", "", (2, 3), id="empty"),
        pytest.param("---  \na: 1\n---\t\nb", "a: 1\n", "b", (2, 4), id="blanks-after-fences"),
        pytest.param("\n \n---\na: 1\n---\nb", "a: 1\n", "b", (4, 6), id="blank-lines-before"),
        pytest.param("---\na: 1\n...\nb", "a: 1\n", "b", (2, 4), id="the-other-end-of-yaml"),
        pytest.param(
            "---\na: 1\n---\nb\n---\nc", "a: 1\n", "b\n---\nc", (2, 4), id="fence-in-the-body"
        ),
        pytest.param(
            "---\na: |\n  ---\n  b\n---\n", "a: |\n  ---\n  b\n", "", (2, 6), id="indented-fence"
        ),
        pytest.param("---\na: ---\n----\n---\n", "a: ---\n----\n", "", (2, 5), id="no-fences"),
    ],
)
def test_splits_at_the_fences(text, yaml, body, lines):
    parts = split(text)

    assert isinstance(parts, FrontMatter)
    assert (parts.yaml, parts.body) == (yaml, body)
    assert (parts.first_line, parts.body_line) == lines
    assert join(parts) == text


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        pytest.param("", 1, "no front matter", "first line", id="empty-file"),
        pytest.param("# Title\n---\n", 1, "no front matter", "first line", id="text-first"),
        pytest.param("-- -\na: 1\n---\n", 1, "no front matter", "first line", id="no-fence"),
        pytest.param("\n---\na: 1\n", 2, "never closed", "last key", id="unmatched-fence"),
        pytest.param("---", 1, "never closed", "last key", id="fence-alone"),
        pytest.param("+++\na = 1\n+++\n", 1, "TOML", "YAML", id="toml"),
    ],
)
def test_says_what_to_type_where_there_is_no_front_matter(text, line, message, remedy):
    unfenced = split(text)

    assert isinstance(unfenced, Unfenced)
    assert unfenced.line == line
    assert message in unfenced.message
    assert remedy in unfenced.remedy


@given(st.lists(st.sampled_from(["---", "...", "a: 1", "", " ", "text", "\u2028"])).map("\n".join))
def test_what_was_split_joins_to_the_same_text(text):
    parts = split(text)

    assert isinstance(parts, Unfenced) or join(parts) == text


@given(st.lists(st.sampled_from(["---", "a: 1", "", "text"])).map("\n".join))
def test_body_line_is_where_the_body_begins(text):
    parts = split(text)

    if isinstance(parts, FrontMatter) and parts.closing.endswith("\n"):
        assert "\n".join(text.split("\n")[parts.body_line - 1 :]) == parts.body
        assert text.split("\n")[parts.first_line - 1 :][0] == (parts.yaml + "---").split("\n")[0]
