import json
from datetime import date

from pipeline.rendering.client_support import support
from pipeline.rendering.client_support.support import Answer
from tests.client_support import reducing

#: A feature as caniemail publishes it.
CANIEMAIL = {
    "last_update_date": "2026-05-13 14:45:41 +0000",
    "nicenames": {
        "family": {"gmail": "Gmail", "outlook": "Outlook", "aol": "AOL"},
        "platform": {"ios": "iOS", "windows": "Windows", "outlook-com": "Outlook.com"},
    },
    "data": [
        {
            "slug": "css-x",
            "title": " x property",
            "last_test_date": "2021-03-09",
            "test_url": "https://www.caniemail.com/tests/css-x.html#two",
            "stats": {
                "gmail": {"ios": {"2019-10": "n #1", "2021-03": "a #2 #3"}},
                "outlook": {"windows": {"2007": "n", "2019": "n #1"}, "outlook-com": {}},
            },
            "notes_by_num": {
                "1": "Not supported. See [email-bugs#13](https://bugs.example/13).",
                "2": "Partial. Only &lt;b&gt;.",
                "3": "Never said",
            },
        },
        {
            "slug": "bimi",
            "title": "BIMI",
            "last_test_date": "2022-12-29",
            "test_url": "https://www.caniemail.com",
            "stats": {"gmail": {"ios": {"2022-12": "y #1"}}},
            "notes_by_num": {"1": "A bug."},
        },
    ],
}


def test_the_newest_version_of_a_program_counts_with_its_notes():
    reduced = json.loads(reducing.reduce(CANIEMAIL, "9.9.9"))

    assert reduced["clients"] == ["gmail.ios", "outlook.outlook-com", "outlook.windows"]
    assert reduced["families"] == {"gmail": "Gmail", "outlook": "Outlook"}
    assert reduced["features"]["css-x"] == [
        "x property",
        "2021-03",
        "aun",
        {"0": [0], "1": [0], "2": [2]},
    ]
    assert reduced["notes"] == ["Only <b>", "Never said", "See email-bugs#13"]
    assert reduced["features"]["bimi"] == ["BIMI", "2022-12", "yuu", {}]
    assert (reduced["package"], reduced["updated"]) == ("caniemail 9.9.9", "2026-05-13")


def test_the_page_that_tests_a_feature_is_known_by_its_address():
    assert json.loads(reducing.pages_of(CANIEMAIL)) == {"css-x": "css-x.html"}


def test_the_data_are_whole_and_dated():
    known = support.load()

    assert len(known.features) == 307
    assert len(known.clients) == 48
    assert date.fromisoformat(known.updated) == date(2026, 5, 13)
    assert {len(feature.answers) for feature in known.features.values()} == {48}


def test_a_fact_of_the_data_is_read_as_it_was_tested():
    radius = support.load().features["css-border-radius"]

    assert radius.title == "border-radius"
    assert radius.tested == "2021-03"
    assert radius.answers["outlook.windows"] is Answer.NO
    assert radius.answers["yahoo.ios"] is Answer.PARTLY
    assert radius.answers["gmail.ios"] is Answer.YES
    assert "slash" in radius.notes["yahoo.ios"][0]
    assert radius.url == "https://www.caniemail.com/features/css-border-radius/"


def test_programs_have_the_names_that_people_know():
    called = support.load().clients

    assert called["outlook.windows"] == "Outlook Windows"
    assert called["outlook.outlook-com"] == "Outlook.com"
    assert called["apple-mail.ios"] == "Apple Mail iOS"
