from pipeline.content.column import gather
from pipeline.content.parsing import parse
from pipeline.model.finding import Finding, Level

GOOD = b"---\ntitle: A\nstatus: ready\n---\n## Question\nq\n## Answer\na\n"


def test_gathers_sound_and_faulty_files():
    column = gather(
        [parse(GOOD, "content/b.md"), parse(b"x", "content/c.md"), parse(GOOD, "content/a.md")]
    )

    assert [qa.slug for qa in column.qas] == ["a", "b"]
    assert dict(column.faulty) == {"c": "content/c.md:1: there is no front matter"}
    assert [finding.source for finding in column.findings] == ["content/c.md"]


def test_of_two_files_with_one_slug_neither_is_used_and_each_names_the_other():
    column = gather([parse(GOOD, "content/a.md"), parse(GOOD, "content/deep/a.md")])

    assert column.qas == ()
    assert [(finding.source, finding.message) for finding in column.findings] == [
        ("content/a.md", "the slug `a` is also that of content/deep/a.md"),
        ("content/deep/a.md", "the slug `a` is also that of content/a.md"),
    ]
    assert "the slug `a`" in column.faulty["a"]


def test_findings_come_in_the_order_of_files_and_lines():
    unread = Finding(id="content/unreadable", level=Level.ERROR, source="content/b.md", message="x")

    column = gather([parse(b"x", "content/c.md"), parse(b"x", "content/a.md")], [unread])

    assert [finding.source for finding in column.findings] == [
        "content/a.md",
        "content/b.md",
        "content/c.md",
    ]


def test_an_unfinished_draft_is_named_with_what_it_lacks():
    text = b"---\ntitle: A\nstatus: draft\nlayout: post\n---\n## Question\nq\n## Answer\n"

    column = gather([parse(text, "content/a.md")])

    assert column.faulty["a"] == "content/a.md:8: the section `Answer` is empty"
