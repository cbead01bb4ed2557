from datetime import date

import pytest

from pipeline.content.importing import dates


@pytest.mark.parametrize(
    ("line", "on", "rest"),
    [
        pytest.param("Mar 03, 20093 mins", date(2009, 3, 3), (), id="glued"),
        pytest.param("Dec 15, 200212 mins", date(2002, 12, 15), (), id="two digits glued"),
        pytest.param("Mar 03, 20093 minsCareers", date(2009, 3, 3), ("Careers",), id="topic glued"),
        pytest.param("March 3, 2009 · 3 min read", date(2009, 3, 3), (), id="with a dot"),
        pytest.param("Tuesday, 3rd March 2009", date(2009, 3, 3), (), id="British"),
        pytest.param("3. März 2009", date(2009, 3, 3), (), id="German"),
        pytest.param("Le 3 mars 2009", date(2009, 3, 3), (), id="French"),
        pytest.param("Published: 2009-03-03T10:00:00Z", date(2009, 3, 3), (), id="ISO"),
        pytest.param("03.04.2009", date(2009, 4, 3), (), id="dotted"),
        pytest.param("03/04/2009", None, (), id="either order"),
        pytest.param("03/13/2009", date(2009, 3, 13), (), id="American"),
        pytest.param("Feb 30, 2009", None, (), id="no such day"),
        pytest.param("March 2009", None, (), id="a month"),
        pytest.param("4 min read", None, (), id="a reading time"),
        pytest.param("By Jo Doe | Mar 3, 2009", date(2009, 3, 3), ("By Jo Doe",), id="byline"),
    ],
)
def test_reads_the_dates_of_pages(line, on, rest):
    assert dates.find(line) == dates.Dated(on, rest)


@pytest.mark.parametrize("line", ["Careers", "Page 2009", "Mayor 3", "10 things", ""])
def test_sees_no_date_where_none_is(line):
    assert dates.find(line) is None
