import pytest

from pipeline.errors import ContentError
from pipeline.rendering import manuscript
from tests.factories import make_issue
from tests.rendering.letters import make_letter


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        pytest.param(1, 1, id="at least one"),
        pytest.param(340, 1, id="rounded down"),
        pytest.param(690, 3, id="230 a minute"),
    ],
)
def test_measures_the_reading_time(words, minutes):
    read = manuscript.read(make_issue(qas=(make_letter(answer="word " * words),)))

    assert read.entries[0].minutes == minutes


def test_a_text_that_cannot_be_used_is_named_by_its_file():
    issue = make_issue(qas=(make_letter(), make_letter(">" * 60 + "x", source="content/deep.md")))

    with pytest.raises(ContentError) as refused:
        manuscript.read(issue)

    assert refused.value.place == "content/deep.md"


def test_a_faulty_intro_is_named():
    with pytest.raises(ContentError, match="the intro of issue 1"):
        manuscript.read(make_issue(intro="[" * 60))
