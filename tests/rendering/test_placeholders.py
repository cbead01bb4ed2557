import pytest

from pipeline.model.edition import Placeholder
from pipeline.rendering.placeholders import Placeholders
from tests.rendering.letters import NONCE

MARKS = Placeholders(NONCE)


@pytest.mark.parametrize(
    "nonce",
    [
        pytest.param("", id="empty"),
        pytest.param("0" * 31, id="short"),
        pytest.param("0" * 33, id="long"),
        pytest.param("A" * 32, id="upper-case"),
        pytest.param("0" * 31 + "\n", id="newline"),
    ],
)
def test_refuses_what_is_no_nonce(nonce):
    with pytest.raises(ValueError, match="nonce"):
        Placeholders(nonce)


def test_splits_a_text_at_its_marks():
    text = "".join(
        (
            "a ",
            MARKS.mark(Placeholder.MAIL_ONLY_START),
            MARKS.mark(Placeholder.UNSUBSCRIBE_URL),
            MARKS.mark(Placeholder.MAIL_ONLY_END),
            " b",
        )
    )

    parts = MARKS.split(text).parts

    assert parts == (
        "a ",
        Placeholder.MAIL_ONLY_START,
        Placeholder.UNSUBSCRIBE_URL,
        Placeholder.MAIL_ONLY_END,
        " b",
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"@@{'f' * 32}:address@@", id="another nonce"),
        pytest.param("@@address@@ {{ address }} %%address%%", id="no nonce"),
        pytest.param(f"@@{NONCE}:password@@", id="unknown name"),
        pytest.param(f"https://p.invalid/{'f' * 32}/unsubscribe_url", id="another link"),
    ],
)
def test_what_only_looks_like_a_mark_stays_text(text):
    assert MARKS.split(text).parts == (text,)


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(MARKS.mark(Placeholder.ADDRESS).upper(), id="capitals"),
        pytest.param(MARKS.mark(Placeholder.ADDRESS)[:20], id="beginning"),
        pytest.param(MARKS.mark(Placeholder.ADDRESS)[:8], id="few letters"),
        pytest.param(MARKS.mark(Placeholder.UNSUBSCRIBE_URL)[24:44], id="middle"),
        pytest.param(MARKS.mark(Placeholder.MAIL_ONLY_START)[20:], id="end"),
    ],
)
def test_what_is_left_of_a_mark_is_found(left):
    assert MARKS.torn(f"é {left} b") in range(2, 14)


@pytest.mark.parametrize(
    "text",
    ["", "@@ 01 23", f"@@{'f' * 32}:address@@", "https://p.invalid/x", "@@0", "0123456 789abcd"],
)
def test_other_texts_hold_nothing_of_a_mark(text):
    assert MARKS.torn(text) == -1


def test_a_text_without_marks_is_one_part():
    assert MARKS.split("").parts == ()


@pytest.mark.parametrize(
    "before",
    ["", "@", "@@", "@@@@", "https://p.invalid/", f"@@{NONCE}", f"@@{NONCE}:address@@", NONCE],
)
def test_a_mark_is_found_behind_what_nearly_is_one(before):
    text = f"{before}{MARKS.mark(Placeholder.ADDRESS)}"

    parts = MARKS.split(text).parts

    assert parts[-1] is Placeholder.ADDRESS
    assert "".join(MARKS.mark(p) if isinstance(p, Placeholder) else p for p in parts) == text
