import pytest

from pipeline.content.importing import bios


@pytest.mark.parametrize(
    ("text", "answerer"),
    [
        pytest.param("Jo Doe is a coach.", "Jo Doe", id="is"),
        pytest.param("Jo Doe ran the night desk.", "Jo Doe", id="any verb"),
        pytest.param("Doe coaches managers.", "Jo Doe", id="last name"),
        pytest.param("Jo Doe, a coach, lives here.", "Jo Doe", id="apposition"),
        pytest.param("*Jo Doe is a coach.*", "Jo Doe", id="italic"),
        pytest.param("Jo Doe is a leadership coach and author of", "Jo Doe", id="cut off"),
        pytest.param("Jane Roe is president of a firm.", "", id="no byline"),
        pytest.param("Send feedback to jo@news.example.", "", id="feedback"),
        pytest.param("Have a question? E-mail jo@news.example", "Jo Doe", id="question"),
        pytest.param("Please send your comments to", "Jo Doe", id="cut off before the address"),
        pytest.param("She can be reached at jo@news.example.", "Jo Doe", id="reached"),
    ],
)
def test_recognises_a_bio(text, answerer):
    assert bios.find(text, answerer, is_set_apart=False) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Jo is a name, and so is Ann?",
        "Send her a note and wait.",
        "Ask him to write to you.",
        "Good luck with your questions.",
        "My friend Ann Poe is a coach.",
    ],
)
def test_advice_is_no_bio(text):
    assert bios.find(text, "Jo Doe", is_set_apart=False) is None


def test_bio_without_byline_names_the_answerer():
    found = bios.find("Jane Roe is a coach. Write to jane@x.example.", "", is_set_apart=False)

    assert found is not None
    assert found.name == "Jane Roe"


@pytest.mark.parametrize(
    ("texts", "bio", "note"),
    [
        pytest.param(("A b.", "C d."), "A b. C d.", "", id="two paragraphs"),
        pytest.param(("A b. Send mail to jo@",), "A b.", "Send mail to jo@", id="cut off"),
        pytest.param(("A b. Mail jo@x.example",), "A b. Mail jo@x.example", "", id="an address"),
        pytest.param(("Jo is a co",), "Jo is a co", "in mid-sentence", id="one sentence"),
        pytest.param(
            ("*[Ten](https://x.example/t) is out.*",),
            "Ten (https://x.example/t) is out.",
            "",
            id="link",
        ),
        pytest.param(("A b. © 2009 Example",), "A b.", "", id="copyright"),
        pytest.param((), "", "", id="nothing"),
    ],
)
def test_bio_keeps_whole_sentences(texts, bio, note):
    found = bios.compose(texts)

    assert found[0] == bio
    assert note in found[1]
    assert bool(found[1]) == bool(note)
