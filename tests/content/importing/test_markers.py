import pytest

from pipeline.content.importing import markers
from pipeline.content.importing.markers import Opens


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("Q: My boss", "My boss", id="colon"),
        pytest.param("Q. My boss", "My boss", id="full stop"),
        pytest.param("Q.My boss", "My boss", id="full stop without a blank"),
        pytest.param("Q1: My boss", "My boss", id="number"),
        pytest.param("Q 12) My boss", "My boss", id="parenthesis"),
        pytest.param("[Q] My boss", "My boss", id="brackets"),
        pytest.param("Q — My boss", "My boss", id="dash"),
        pytest.param("**Q** My boss", "My boss", id="bold letter"),
        pytest.param("**Q:** My boss", "My boss", id="bold with colon"),
        pytest.param("**Q**: My boss", "My boss", id="colon after bold"),
        pytest.param("*Q.* My boss", "My boss", id="italic"),
        pytest.param("> Q: My boss", "My boss", id="quoted"),
        pytest.param("- **Q:** My boss", "My boss", id="list item"),
        pytest.param("### Question", "", id="heading"),
        pytest.param("Question", "", id="word on its own line"),
        pytest.param("QUESTION 2: My boss", "My boss", id="numbered word"),
        pytest.param("Question #2", "", id="numbered with a hash"),
        pytest.param("Question #2 My boss", "My boss", id="hash is mark enough"),
        pytest.param("Question no. 3 - My boss", "My boss", id="dash after number"),
        pytest.param("Question One: My boss", "My boss", id="number in words"),
        pytest.param("First question: My boss", "My boss", id="ordinal"),
        pytest.param("Reader question: My boss", "My boss", id="reader's"),
        pytest.param("Frage 2: Mein Chef", "Mein Chef", id="German"),
        pytest.param("Question : Mon chef", "Mon chef", id="French"),
        pytest.param("سؤال: هل", "هل", id="Arabic"),
    ],
)
def test_recognises_the_mark_of_a_question(text, rest):
    marker = markers.at_start(text)

    assert marker is not None
    assert (marker.opens, text[marker.end :]) == (Opens.QUESTION, rest)
    assert not marker.is_bare


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("A: No", "No", id="colon"),
        pytest.param("A. No", "No", id="full stop"),
        pytest.param("A. It is", "It is", id="full stop before a pronoun"),
        pytest.param("**A** No", "No", id="bold"),
        pytest.param("A2: No", "No", id="number"),
        pytest.param("Answer: No", "No", id="word"),
        pytest.param("ANSWER", "", id="word on its own line"),
        pytest.param("Reply: No", "No", id="reply"),
        pytest.param("Our expert's answer: No", "No", id="expert's"),
        pytest.param("Réponse : Non", "Non", id="French"),
    ],
)
def test_recognises_the_mark_of_an_answer(text, rest):
    marker = markers.at_start(text)

    assert marker is not None
    assert (marker.opens, text[marker.end :]) == (Opens.ANSWER, rest)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Quiet offices are rare.", id="a word"),
        pytest.param("Q4 was bad.", id="a quarter"),
        pytest.param("Q: and A: sessions", id="Q and A"),
        pytest.param("Q&A: Jo Doe", id="an interview"),
        pytest.param("Question authority.", id="a verb"),
        pytest.param("Questions: none", id="a plural"),
        pytest.param("A. Smith wrote to me.", id="an initial"),
        pytest.param("A. B. Smith wrote to me.", id="two initials"),
        pytest.param("A: leave. B: stay.", id="a choice"),
        pytest.param("(A) leave or (B) stay", id="a choice in brackets"),
        pytest.param("Answers are rare.", id="a plural answer"),
    ],
)
def test_sees_no_mark_in_prose(text):
    assert markers.at_start(text) is None


def test_emphasis_that_goes_on_after_the_mark_is_kept():
    marker = markers.at_start("**Q: Why?** he asked.")

    assert marker is not None
    assert marker.emphasis == "**"


def test_question_from_somebody_names_the_asker():
    marker = markers.at_start("Question from Jane in Ohio: Why?")

    assert marker is not None
    assert marker.asker == "Jane in Ohio"


@pytest.mark.parametrize("text", ["Jo: No", "**Jo Doe:** No", "Jo replies: No", "Jo's answer: No"])
def test_name_of_the_answerer_marks_an_answer(text):
    marker = markers.reply(text, ("Jo Doe", "Doe", "Jo"))

    assert marker is not None
    assert text[marker.end :] == "No"


def in_middle(text: str, *, expects_answer: bool = True) -> list[tuple[str, bool]]:
    found = markers.in_middle(text, 0, expects_answer=expects_answer, dotted=True)
    return [(text[marker.start : marker.end].strip(), marker.is_certain) for marker in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("It went well. Q: And now?", [("Q:", True)], id="after a full stop"),
        pytest.param("It went well.Q: And now?", [("Q:", True)], id="glued"),
        pytest.param("It went “well.” Q. And now?", [("Q.", True)], id="after a quotation"),
        pytest.param("Now? **A:** Yes.", [("**A:**", True)], id="bold"),
        pytest.param("Now? A. Yes.", [("A.", True)], id="dotted answer"),
        pytest.param("Write us Q: And now?", [("Q:", False)], id="in mid-sentence"),
        pytest.param("Born in the U.S.A. The end.", [], id="an abbreviation"),
        pytest.param("John Q. Public spoke.", [], id="an initial"),
        pytest.param("Take vitamin A: It helps.", [], id="a vitamin"),
        pytest.param("Two ways. A: Leave. B: Stay.", [], id="a choice"),
        pytest.param("We fell in Q4. A: no, says he.", [], id="small letter"),
        pytest.param("It was late. Q3: Worse.", [], id="a quarter"),
    ],
)
def test_finds_marks_in_the_middle_of_a_paragraph(text, found):
    assert in_middle(text) == found


def test_no_answer_begins_where_no_question_is_open():
    assert in_middle("It went well. A: Good.", expects_answer=False) == []
