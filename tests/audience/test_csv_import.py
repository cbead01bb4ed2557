import codecs
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audience import csv_export, suppression
from pipeline.audience.csv_import import ReaderList, RefusedLine
from pipeline.audience.csv_records import LONGEST_LINE
from pipeline.errors import ConfigError
from pipeline.model.address import Address
from pipeline.model.controls import has_control
from tests.factories import make_subscriber

KEY = b"k" * 32


def open_list(text: str | bytes) -> ReaderList:
    data = text if isinstance(text, bytes) else text.encode()
    return ReaderList(io.BytesIO(data), source="readers.csv", suppression_key=KEY)


def addresses_of(text: str | bytes) -> list[tuple[int, str, str]]:
    return [
        (line, reader.address.addr_spec, reader.address.display_name)
        for line, reader in open_list(text)
    ]


def refused_of(text: str | bytes) -> list[RefusedLine]:
    readers = open_list(text)
    assert list(readers) == []
    return readers.refused


JO = (2, "jo@mail.example", "Jo Doe")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("email,name\njo@mail.example,Jo Doe\n", id="plain"),
        pytest.param("email,name\r\njo@mail.example,Jo Doe\r\n", id="CRLF"),
        pytest.param("email,name\njo@mail.example,Jo Doe", id="no line end at the end"),
        pytest.param("email;name\njo@mail.example;Jo Doe\n", id="semicolons"),
        pytest.param("email\tname\njo@mail.example\tJo Doe\n", id="tabs"),
        pytest.param('"name","email"\n"Jo Doe","jo@mail.example"\n', id="quoted"),
        pytest.param("Name,E-Mail Address\nJo Doe,jo@mail.example\n", id="spreadsheet's names"),
        pytest.param("first_name,last-name,MAIL\nJo,Doe,jo@mail.example", id="two names"),
        pytest.param("address,full name\njo@mail.example,Jo Doe", id="address"),
        pytest.param("address,email,name\n1 Road,jo@mail.example,Jo Doe", id="a postal address"),
        pytest.param("email,name,status\njo@mail.example,Jo Doe,Active\n", id="status"),
        pytest.param(" email , name \n jo@mail.example , Jo  Doe \n", id="blanks"),
        pytest.param('email,name\njo@mail.example,"Jo\tDoe"\n', id="a tab in a name"),
        pytest.param("email,name,x\njo@mail.example,Jo Doe,1,2,3\n", id="more fields than names"),
        pytest.param(codecs.BOM_UTF8 + b"email,name\njo@mail.example,Jo Doe\n", id="BOM"),
    ],
)
def test_reads_a_list_as_people_have_it(text):
    assert addresses_of(text) == [JO]


def test_gives_the_store_what_it_keys_by():
    [(line, reader)] = open_list("email\nJo@GMAIL.com\n")

    assert (line, reader.canonical, reader.provider) == (2, "jo@gmail.com", "gmail")
    assert reader.fingerprint == suppression.fingerprint(KEY, "jo@gmail.com")
    assert reader.consent == "import readers.csv:2"


def test_a_quoted_field_may_hold_the_delimiter_and_line_ends():
    text = 'email,note,name\njo@mail.example,"one,\ntwo","Doe, ""Jo"""\nx@mail.example,,X\n'

    assert addresses_of(text) == [
        (2, "jo@mail.example", 'Doe, "Jo"'),
        (4, "x@mail.example", "X"),
    ]


def test_empty_lines_are_nothing():
    assert addresses_of("\n\nemail,name\n\n,\njo@mail.example,Jo Doe\n\n") == [
        (6, "jo@mail.example", "Jo Doe")
    ]


def test_the_same_address_may_come_twice():
    assert len(addresses_of("email\njo@mail.example\nJO@mail.example\n")) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("nobody", "must have an @-sign", id="no address"),
        pytest.param(",Jo", "there is no address", id="empty"),
        pytest.param("jo@mail.example,Jo,unsubscribed", "the status is 'unsubscribed'", id="left"),
        pytest.param("jo@mail.example,J\0", "NUL", id="nul"),
        pytest.param("jo@mail.example,J\x1bo", "control character", id="control"),
        pytest.param("jo@mail.example,J\ro", "carriage return", id="carriage return"),
        pytest.param("jo@mail.example," + "x" * 201, "longer than 200", id="long name"),
        pytest.param("jo@mail.example," + "x" * LONGEST_LINE, "longer than 65536", id="long line"),
        pytest.param('jo@mail.example,"Jo', "never closed", id="open quote"),
        pytest.param('jo@mail.example,"J"o"', "never closed", id="odd quotes"),
        pytest.param('jo@mail.example,"J"o""', "quotes are not", id="quotes inside"),
    ],
)
def test_refuses_a_line_and_says_why(line, reason):
    refused = refused_of(f"email,name,status\n{line}\n")

    assert [entry.line for entry in refused] == [2]
    assert reason in refused[0].reason


@pytest.mark.parametrize("bad", ["nobody", 'x@mail.example,"Jo', "x" * 200_000])
def test_a_refused_line_costs_nobody_else(bad):
    readers = open_list(f"email,name\na@mail.example\n{bad}\nb@mail.example\nc@mail.example\n")

    assert [line for line, _ in readers] == [2, 4, 5]
    assert [entry.line for entry in readers.refused] == [3]


def test_an_open_quote_costs_its_own_line_only_in_a_long_list_too():
    good = [f"a{number}@mail.example\n" for number in range(300)]
    readers = open_list('email,name\nx@mail.example,"Jo\n' + "".join(good))

    assert len(list(readers)) == 300
    assert [entry.line for entry in readers.refused] == [2]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "readers.csv: the file is empty", id="empty"),
        pytest.param(b"\n\n", "the file is empty", id="empty lines"),
        pytest.param(b"jo@mail.example\n", "readers.csv:1: there is no column 'email'", id="none"),
        pytest.param(b"a;b;c\n1;2;3\n", "has 'a', 'b', 'c'", id="other columns"),
        pytest.param(b"email,E-Mail\n", "two columns are called 'email'", id="two"),
        pytest.param(b"email,name\ra@b.test,A\r", "carriage return", id="old line ends"),
        pytest.param("email\n".encode("utf-16"), "not UTF-8 (byte 0xff)", id="utf-16"),
        pytest.param("email\n".encode("utf-16-le"), "NUL", id="utf-16 unmarked"),
        pytest.param(b'"email\n', "never closed", id="open quote"),
    ],
)
def test_refuses_a_file_that_cannot_be_a_list(data, message):
    with pytest.raises(ConfigError) as raised:
        open_list(data)

    assert message in str(raised.value)
    assert raised.value.remedy


def test_refuses_the_whole_file_at_the_first_byte_that_is_not_utf8():
    readers = open_list(b"email,name\n" + b"a@mail.example,A\n" * 5000 + b"b@mail.example,J\xf6\n")

    with pytest.raises(ConfigError, match=r"readers\.csv:5002: the file is not UTF-8"):
        list(readers)


@given(st.binary() | st.text(st.sampled_from('a@b.test,;"\n\r\t\0')).map(str.encode))
def test_any_bytes_give_readers_refusals_or_a_sentence(data):
    readers = open_list(b"email,name\n" + data)
    try:
        good = list(readers)
    except ConfigError:
        with pytest.raises(UnicodeDecodeError):
            data.decode()
        return
    lines = [line for line, _ in good] + [entry.line for entry in readers.refused]

    assert len(lines) == len(set(lines))
    assert all(2 <= line <= data.count(b"\n") + 2 for line in lines)


NAMES = (st.text() | st.text(st.sampled_from("=+-@'\",;x "))).map(
    lambda name: " ".join(name.split())[:200].strip()
)


@given(st.sampled_from(["a@b.test", "+a@b.test", "'=a@b.test", "-@b.test", "''@b.test"]), NAMES)
def test_what_was_exported_comes_back(addr_spec, name):
    if has_control(name):
        return
    subscriber = make_subscriber(address=Address(addr_spec, name))
    text = "".join(csv_export.lines([subscriber]))

    assert addresses_of(text) == [(2, addr_spec, name)]
