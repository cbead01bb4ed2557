import pytest

from pipeline.content import decoding
from pipeline.content.report import Report
from pipeline.model.finding import Finding


def decode(data: bytes) -> tuple[str | None, tuple[Finding, ...]]:
    report = Report("content/x.md")
    return decoding.decode(data, report), report.findings


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"a\nb", "a\nb", id="plain"),
        pytest.param(b"\xef\xbb\xbfa", "a", id="byte-order-mark"),
        pytest.param(b"a\r\nb\rc\n", "a\nb\nc\n", id="line-ends-of-other-systems"),
        pytest.param("a\u00a0b\tc".encode(), "a\u00a0b\tc", id="no-break-space-and-tab"),
        pytest.param(b"=======\n", "=======\n", id="a-heading-is-no-conflict"),
        pytest.param(b"x <<<<<<< y", "x <<<<<<< y", id="a-mark-within-a-line-is-no-conflict"),
    ],
)
def test_forgives_what_cannot_be_seen(data, text):
    assert decode(data) == (text, ())


@pytest.mark.parametrize(
    ("data", "rule", "line", "words"),
    [
        pytest.param(b"ok\nna\xefve", "encoding", 2, "not UTF-8 at byte 5", id="latin-1"),
        pytest.param(b"\xef\xbb\xbfna\xefve", "encoding", 1, "at byte 5", id="bom-counts"),
        pytest.param("a".encode("utf-16"), "encoding", 1, "UTF-16", id="utf-16"),
        pytest.param(b"a\n\nb\0c\0", "control", 3, "U+0000", id="nul-once-per-line"),
        pytest.param(b"a\x0bb", "control", 1, "U+000B", id="vertical-tab"),
        pytest.param("a\u0085b".encode(), "control", 1, "U+0085", id="c1"),
        pytest.param(
            b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n", "conflict", 2, "`<<<<<<<`", id="git"
        ),
        pytest.param(b"a\n>>>>>>> x\n", "conflict", 2, "`>>>>>>>`", id="a-mark-left-over"),
        pytest.param(b"x" * 1_000_001, "size", 1, "1,000,000 bytes", id="size"),
    ],
)
def test_refuses_what_is_no_text(data, rule, line, words):
    _, findings = decode(data)

    (finding,) = findings
    assert (finding.id, finding.line) == (f"content/{rule}", line)
    assert words in finding.message
    assert finding.remedy


def test_does_not_list_a_thousand_control_characters():
    _, findings = decode(b"\0\n" * 1000)

    assert len(findings) == 10
