import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.content import entries
from pipeline.content.yaml_nodes import Fault, Mapping, Node, Scalar, Sequence


def plain(node: Node) -> object:
    """Give the node without its lines."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {entry.key: plain(entry.value) for entry in node.entries}


def read(text: str) -> tuple[dict[str, object], tuple[Fault, ...]]:
    document = entries.read(text, 2, texts={"title", "asked_by"})
    return {entry.key: plain(entry.value) for entry in document.entries}, document.faults


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", {}, id="empty"),
        pytest.param("# only a comment\n", {}, id="comment"),
        pytest.param("status: no\nn: 010\nd: 2026-10-02\ne:", None, id="every-scalar-is-a-string"),
        pytest.param("title:\tTabbed", {"title": "Tabbed"}, id="tab-after-the-colon"),
        pytest.param("title: a\u00a0b", {"title": "a\u00a0b"}, id="no-break-space"),
        pytest.param("t: [a, b]", {"t": ["a", "b"]}, id="flow-list"),
        pytest.param("t: [\n a,\n b,\n]\nx: y: z", {"t": ["a", "b"], "x": "y: z"}, id="list-lines"),
        pytest.param("t:\n- a\n- b\n", {"t": ["a", "b"]}, id="block-list-not-indented"),
        pytest.param("i: {title: A, url: b}", {"i": {"title": "A", "url": "b"}}, id="flow-map"),
        pytest.param("i:\n  title: A\n", {"i": {"title": "A"}}, id="block-mapping"),
        pytest.param("i:\n  title: A: B\n", {"i": {"title": "A: B"}}, id="colon-one-level-down"),
        pytest.param("{title: A, b: c}", {"title": "A", "b": "c"}, id="all-in-flow"),
        pytest.param("b: >\n  one\n  two\n", {"b": "one two\n"}, id="folded"),
        pytest.param("t: !!str 1", {"t": "1"}, id="yaml-s-own-tag"),
    ],
)
def test_reads_yaml(text, found):
    if found is None:
        found = {"status": "no", "n": "010", "d": "2026-10-02", "e": ""}

    assert read(text) == (found, ())


@pytest.mark.parametrize(
    "text",
    [
        "Re: my boss",
        "*important* news",
        "*important",
        "&c. and so on",
        "!important",
        "- a dash",
        "@home",
        "100% of `it`: why?",
        "%percent",
        "`code`",
        "[draft] my boss",
        "{curly} words",
        "{{ template }}",
        '"Quoted" and more',
        "'tis the season",
        "it's: a trap",
        "? what",
        "a: b: c #2",
    ],
)
def test_takes_a_text_line_that_is_no_yaml_as_it_stands(text):
    found, faults = read(f"title: {text}\nstatus: ready\n")

    assert faults == ()
    assert found == {"title": text, "status": "ready"}


def test_a_comment_is_left_out_of_a_line_taken_as_it_stands():
    assert read("title: Re: my boss  # the second\n")[0] == {"title": "Re: my boss"}


def test_a_quotation_does_not_swallow_the_next_entry():
    found, faults = read("title: 'tis the season\nasked_by: the readers'\n")

    assert faults == ()
    assert found == {"title": "'tis the season", "asked_by": "the readers'"}


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        pytest.param("a: 1\nb: 2\na: 3", 4, "after line 2", "keep one", id="duplicate"),
        pytest.param("a: x: y\na: 3", 3, "after line 2", "keep one", id="duplicate-forgiven"),
        pytest.param("i: {a: 1, a: 2}", 2, "`a` is written a second", "keep", id="duplicate-flow"),
        pytest.param("i:\n  a: 1\n  a: 2", 4, "`a` is written", "keep", id="duplicate-within"),
        pytest.param("t: [a, b\nx: y", 2, "not understood", "close the list", id="open-list"),
        pytest.param("i: {a: b\nx: y", 2, "not understood", "close the mapping", id="open-map"),
        pytest.param('title: "Unclosed\nx: y', 2, "understood", "close the quot", id="open-quote"),
        pytest.param("a: b\n\tc: d", 3, "not understood", "not with tabs", id="tab"),
        pytest.param("title:Foo\nx: y", 2, "no `key: value`", "after the colon", id="no-blank"),
        pytest.param("x: y\njust words\n", 3, "no `key: value`", "write a key", id="no-key"),
        pytest.param("just words", 2, "no list of keys", "`key: value`", id="words-alone"),
        pytest.param("- a\n- b", 2, "no list of keys", "`key: value`", id="list-alone"),
        pytest.param("a: &x {b: 1}\n", 2, "`&x`", "in quotes", id="anchor"),
        pytest.param("a: {b: *x}\n", 2, "`*x`", "in quotes", id="alias"),
        pytest.param(
            "a:\n  - !!python/object/apply:os.system [id]",
            3,
            "means something else",
            "quotes",
            id="tag",
        ),
        pytest.param("? [a]\n", 2, "where a key must be", "quote", id="list-as-key"),
        pytest.param("a: " + "[" * 50_000, 2, "too deeply", "flatter", id="deep"),
        pytest.param("a: {" + "b: {" * 20_000, 2, "too deeply", "flatter", id="deep-mapping"),
        pytest.param("a: b\n" * 30_000, 2, "whole book", "move", id="long"),
        pytest.param("a: b\n--- c", 3, "second `---`", "delete", id="second-document"),
    ],
)
def test_names_the_line_that_is_faulty(text, line, message, remedy):
    _, faults = read(text)

    assert faults
    assert faults[0].line == line
    assert message in faults[0].message
    assert remedy in faults[0].remedy


def test_reports_every_faulty_entry_and_reads_the_others():
    found, faults = read("a: [1\nb: 2\nc: {3\nd: 4\n")

    assert found == {"b": "2", "d": "4"}
    assert [fault.line for fault in faults] == [2, 4]


def test_an_entry_with_endless_faults_is_given_up():
    found, faults = read("i:\n" + "".join(f"  k{n}: a: b\n" for n in range(5_000)))

    assert found == {}
    assert [fault.line for fault in faults] == [23]


def test_aliases_do_not_multiply():
    laughs = "a: &a [x, x]\n" + "".join(
        f"{key}: &{key} [*{before}, *{before}]\n"
        for before, key in zip("abcdefgh", "bcdefghi", strict=True)
    )

    found, faults = read(laughs)

    assert found == {}
    assert len(faults) == 9


@pytest.mark.parametrize(
    ("line", "swallowed"),
    [
        pytest.param("title: Question #2 again", "#2 again", id="text"),
        pytest.param("title: Question # two", "", id="comment"),
        pytest.param("title: 'Question #2'", "", id="quoted"),
        pytest.param("title: [a] #2", "", id="kept-as-text"),
        pytest.param("title: C#", "", id="no-blank"),
    ],
)
def test_notices_words_that_yaml_takes_for_a_comment(line, swallowed):
    document = entries.read(line, 1, texts={"title"})

    assert entries.swallowed_comment(document.entries[0], line, 1) == swallowed


@given(
    st.text(alphabet=st.sampled_from("ab:#-[]{}\"'&*!|>%@`?,\n\t \u00a0\u2028\ufffe"), max_size=60)
)
def test_reads_any_text_without_raising(text):
    document = entries.read(text, 1, texts={"a"})

    last = text.count("\n") + 1
    assert all(1 <= fault.line <= last for fault in document.faults)
    assert all(1 <= entry.line <= last for entry in document.entries)
