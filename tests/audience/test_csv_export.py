import csv
import io

import pytest

from pipeline.audience import csv_export
from pipeline.model.address import Address
from pipeline.model.subscriber import SubscriberStatus
from tests.factories import make_subscriber


def cells(name: str) -> list[str]:
    text = "".join(csv_export.lines([make_subscriber(address=Address("jo@mail.example", name))]))
    return list(csv.reader(io.StringIO(text, newline="")))[1]


def test_writes_a_header_and_a_line_for_each_reader():
    left = make_subscriber(2, status=SubscriberStatus.UNSUBSCRIBED)

    assert list(csv_export.lines([make_subscriber(), left])) == [
        "email,name,status,since\r\n",
        "reader-1@mail.example,Reader 1,active,2026-03-03T12:00:00+00:00\r\n",
        "reader-2@mail.example,Reader 2,unsubscribed,2026-03-03T12:00:00+00:00\r\n",
    ]


def test_an_empty_list_still_has_its_header():
    assert list(csv_export.lines([])) == ["email,name,status,since\r\n"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula(name):
    assert cells(name)[1] == f"'{name}"


@pytest.mark.parametrize("name", ["Jo", "O'Doe", "'Jo'", "1-1", "Doe, Jo"])
def test_other_cells_stay_as_they_are(name):
    assert cells(name)[1] == name
