import pytest

from pipeline.content.importing import boundaries
from pipeline.content.importing.boundaries import GLUED, GUESSED, MISSING


@pytest.mark.parametrize(
    ("paragraphs", "at", "doubt"),
    [
        pytest.param(["May I?", "Yes.", "Do."], 1, "", id="the question asks"),
        pytest.param(["May I? Thank you.", "Yes."], 1, "", id="thanks after asking"),
        pytest.param(["I hum.", "Hum on."], 1, "", id="two paragraphs"),
        pytest.param(["I hum.", "All day.", "May I?", "Yes."], 3, GUESSED, id="asks later"),
        pytest.param(["May I?", "Or must I stop, do we think?", "Stop."], 2, GUESSED, id="goes on"),
        pytest.param(["I hum.", "He sings.", "It rains."], 1, GUESSED, id="nobody asks"),
        pytest.param(["I hum all day."], 1, MISSING, id="no answer"),
        pytest.param(["May I? Yes."], 1, GLUED, id="answer in the same paragraph"),
        pytest.param([], 0, MISSING, id="nothing"),
    ],
)
def test_parts_question_from_unmarked_answer(paragraphs, at, doubt):
    found = boundaries.find(tuple(paragraphs), others_marked=False)

    assert (found.at, found.doubt) == (at, doubt)


def test_advice_on_a_page_with_marks_is_certain():
    paragraphs = ("I hum.", "You may go on.", "Softly.")

    assert boundaries.find(paragraphs, others_marked=True).doubt == ""
    assert boundaries.find(paragraphs, others_marked=False).doubt == GUESSED
