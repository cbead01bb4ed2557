import pytest

from pipeline.content.importing import signatures


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("—Tired in Tulsa", "Tired in Tulsa", id="dash"),
        pytest.param("-- D.S.", "D.S.", id="initials"),
        pytest.param("- Download Preventer", "Download Preventer", id="hyphen"),
        pytest.param("*— Tired*", "Tired", id="italic"),
        pytest.param("Signed, Baffled", "Baffled", id="signed"),
        pytest.param("Sincerely,\nWorn Out", "Worn Out", id="two lines"),
        pytest.param("Yours truly,\n— Worn Out", "Worn Out", id="dash below"),
        pytest.param("Thanks in advance,", "", id="no name yet"),
        pytest.param("Mit freundlichen Grüßen, Müde", "Müde", id="German"),
    ],
)
def test_reads_a_signature(text, name):
    found = signatures.find(text)

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for nothing, said he, and left the room for good.",
        "— What then?",
        "Best of all was tea.",
    ],
)
def test_sentence_is_no_signature(text):
    assert signatures.find(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("May I stop? —Tired in Tulsa", "Tired in Tulsa", id="dash"),
        pytest.param("Before I retire. -- D.S.", "D.S.", id="initials"),
        pytest.param("What now? Signed, Baffled", "Baffled", id="signed"),
        pytest.param("May I? (—Tired)", "Tired", id="parentheses"),
        pytest.param("Any advice? M.R., Lima, Ohio", "M.R., Lima, Ohio", id="newspaper"),
    ],
)
def test_finds_a_signature_at_the_end_of_a_paragraph(text, name):
    found = signatures.find_trailing(text)

    assert found is not None
    assert found.name == name
    assert text[: found.start].endswith(("?", "."))


@pytest.mark.parametrize(
    "text", ["He came — and went.", "It is late. - and dark", "I asked him. He said no."]
)
def test_dash_within_a_paragraph_is_no_signature(text):
    assert signatures.find_trailing(text) is None
