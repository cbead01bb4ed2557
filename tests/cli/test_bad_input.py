"""What must not reach a mail, given to a command: refused with a sentence, or written well."""

import email
import email.policy

import pytest

from tests.cli.office import Office, Relay, Told

#: A line break that only a decoder sees.
HIDDEN = "=?utf-8?q?A=0D=0ABcc:_everybody@mail.example?="
#: A line separator cut between two words.
CUT = "=?utf-8?q?=E2=80?= =?utf-8?q?=A8?="


def refused(told: Told, *, code: int, said: str) -> bool:
    assert told.code == code
    assert said in told.err
    assert told.err.startswith("mailbag: ")
    assert "Traceback" not in told.err
    return True


@pytest.mark.parametrize("words", [("subscribers", "add"), ("send", "--test")])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param("a,b@mail.example", "invalid characters", id="comma"),
        pytest.param("a@mail.example,b@mail.example", "invalid characters", id="two"),
        pytest.param("a\0b@mail.example", "U+0000", id="NUL"),
        pytest.param('"a b"@mail.example', "quoting", id="quotes"),
        pytest.param(f"{'x' * 65}@mail.example", "more than 64 octets", id="65 octets"),
        pytest.param(f"{'é' * 33}@mail.example", "more than 64 octets", id="66 octets"),
        pytest.param(f"{HIDDEN}@mail.example", "invalid characters", id="encoded-word"),
        pytest.param("=?utf-8?q?=0A?=@mail.example", "control character", id="bare encoded-word"),
        pytest.param("a@mail.example\r\nBcc: b@mail.example", "invalid characters", id="CRLF"),
        pytest.param("a@mail..example", "period", id="empty label"),
    ],
)
def test_an_address_that_is_none_is_refused(sending: Office, relay: Relay, words, address, said):
    assert refused(sending(*words, address), code=2, said=said)
    assert relay.taken == []


@pytest.mark.parametrize(
    "address",
    ["a,b@mail.example", "a\0b@mail.example", '"a b"@mail.example', f"{'x' * 65}@mail.example"],
)
def test_a_list_names_the_lines_it_does_not_take(sending: Office, address):
    path = sending.folder / "more.csv"
    quoted = address.replace('"', '""')
    path.write_text(f'email\nc@mail.example\n"{quoted}"\n')

    told = sending("subscribers", "import", str(path), "--json")

    assert told.code == 3
    assert [line["line"] for line in told.document["refused"]] == [3]


@pytest.mark.parametrize(
    ("address", "written"),
    [
        pytest.param("a@bücher.example", "a@xn--bcher-kva.example", id="IDN"),
        pytest.param(f"{'x' * 64}@mail.example", f"{'x' * 64}@mail.example", id="64 octets"),
        pytest.param("o'reilly&co@mail.example", "o'reilly&co@mail.example", id="signs"),
        pytest.param("jö@mail.example", "jö@mail.example", id="beyond ASCII"),
    ],
)
def test_a_strange_address_that_is_one_is_written_as_it_must_be(
    sending: Office, relay: Relay, address, written
):
    assert sending("send", "--test", address).code == 0

    ((recipient, data),) = relay.taken
    assert recipient == written
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert f"\r\nTo: {written}\r\n".encode() in data
    assert len(message.get_all("To", [])) == 1


@pytest.mark.parametrize("name", ["A\r\nBcc: c@mail.example", HIDDEN, CUT])
def test_a_readers_name_with_a_line_break_is_refused(sending: Office, name):
    told = sending("subscribers", "add", "c@mail.example", "--name", name)

    assert refused(told, code=2, said="a name holds a control character, such as a line break")
    assert told.err.endswith("; write it on one line, in plain characters\n")
    assert "an address" not in told.err
    assert "c@mail.example" not in sending("subscribers", "list").out


@pytest.mark.parametrize(
    "name", ["A\r\nBcc: c@mail.example", "A\nB", "A\x0bB", "A\u2028B", HIDDEN, CUT]
)
def test_a_list_does_not_take_a_name_with_a_line_break(sending: Office, name):
    path = sending.folder / "more.csv"
    path.write_bytes(f'email,name\nd@mail.example,D\nc@mail.example,"{name}"\n'.encode())

    told = sending("subscribers", "import", str(path), "--json")

    assert told.code == 3
    assert told.document["refused"] == [
        {"line": 3, "reason": "the name holds a control character, such as a line break"}
    ]
    assert "c@mail.example" not in sending("subscribers", "list").out


@pytest.mark.parametrize("value", ["A\\r\\nBcc: c@mail.example", HIDDEN, CUT])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('from = "The Corner Office <', 'from = "{} <', id="from"),
        pytest.param('title = "The Corner Office"', 'title = "{}"', id="title"),
        pytest.param(
            'reply_to = "questions@news.example"',
            'reply_to = "{} <questions@news.example>"',
            id="reply_to",
        ),
    ],
)
def test_a_line_break_in_the_toml_is_refused_where_it_stands(
    sending: Office, relay: Relay, before, after, value
):
    sending.edit(before, after.format(value))

    told = sending("send", "--now", "--yes")

    assert refused(told, code=2, said="newsletter.toml:")
    assert "control character" in told.err
    assert relay.taken == []


@pytest.mark.parametrize("title", [HIDDEN, CUT])
def test_a_line_break_hidden_in_a_title_is_refused_before_there_is_an_issue(
    sending: Office, relay: Relay, title
):
    for path in (sending.folder / "content").glob("*.md"):
        path.unlink()
    path = sending.write("bad", title=f'"{title}"')

    told = sending("send", "--now", "--yes")

    assert refused(told, code=3, said="needs 1 Q&As and found 0 (0 passed over, 1 broken)")
    assert f"content/{path.name}:2: `title` holds a control character" in told.err
    assert f"content/{path.name}:2: `title` holds a control character" in sending("check").out
    assert sending("issues").out == "no issue yet\n"
    assert relay.taken == []


def test_the_only_question_is_named_with_what_is_wrong_with_it(sending: Office, relay: Relay):
    for path in (sending.folder / "content").glob("*.md"):
        path.unlink()
    sending.write("long", title="x" * 2000)

    told = sending("send", "--now", "--yes", "--json")

    first, other = told.err.splitlines()
    assert first == (
        "mailbag: content/: issue 1 needs 1 Q&As and found 0 (0 passed over, 1 broken);"
        " mend what is broken, or set another one to `status: ready`"
    )
    assert other.startswith("content/long.md:2: ")
    assert told.document["error"]["others"] == [other]
    assert relay.taken == []


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        pytest.param("x" * 2000, "has 2000 characters, 200 are the most", id="2,000 letters"),
        pytest.param("é" * 2000, "has 2000 characters, 200 are the most", id="beyond ASCII"),
        pytest.param("word " * 400, "has 1999 characters, 200 are the most", id="words"),
        pytest.param(HIDDEN, "holds a control character", id="hidden line break"),
    ],
)
def test_a_subject_that_no_mail_can_have_is_refused_where_it_stands(
    sending: Office, relay: Relay, subject, said
):
    sending("plan", "--write")
    path = sending.folder / "issues" / "0001.md"
    head, _, rest = path.read_text().partition("\n")
    kept = [line for line in rest.splitlines() if not line.startswith("subject:")]
    path.write_text("\n".join([head, f'subject: "{subject}"', *kept, ""]))

    told = sending("send", "--now", "--yes")

    assert refused(told, code=3, said="issues/0001.md:2: `subject`")
    assert said in told.err
    assert sending("issues").out == "no issue yet\n"
    assert relay.taken == []


@pytest.mark.parametrize(
    "words",
    [
        ("send", "--now", "--yes", "--password", "hunter2"),
        ("send", "--now", "--smtp-password=hunter2"),
        ("--password", "hunter2", "send", "--now"),
        ("doctor", "--password=hunter2"),
    ],
)
def test_a_password_is_taken_by_no_option(sending: Office, relay: Relay, words):
    told = sending(*words)

    assert refused(told, code=2, said="no such option")
    assert "password_file" in told.err
    assert "hunter2" not in told.out + told.err
    assert relay.taken == []
