import re

import pytest

from pipeline.delivery.effects import EFFECTS
from pipeline.delivery.reasons import REASONS, explain
from pipeline.delivery.reply_class import ReplyClass


def test_every_class_has_an_effect_and_words():
    assert set(REASONS) == set(EFFECTS) == set(ReplyClass)


@pytest.mark.parametrize("reply_class", ReplyClass)
def test_words_are_clauses_and_sentences(reply_class):
    reason = REASONS[reply_class]

    assert re.fullmatch(r"[a-z].*[^.]", reason.happened)
    assert reason.then.endswith(".")
    assert reason.todo.endswith(".")


def test_no_two_classes_read_alike():
    assert len({reason.happened for reason in REASONS.values()}) == len(REASONS)


def test_the_figures_are_those_of_the_effects():
    assert "3 issues in a row, over 21 days or more," in REASONS[ReplyClass.MAILBOX_FULL].then
    assert "3 issues in a row, over 14 days or more," in REASONS[ReplyClass.UNKNOWN_5XX].then
    assert "2 issues in a row were" in REASONS[ReplyClass.ADDRESS_DISABLED].then
    assert "above 2 %" in REASONS[ReplyClass.REPUTATION].then
    assert "above 1 %" in REASONS[ReplyClass.CONTENT].then


@pytest.mark.parametrize(("reason", "known"), [("mailbox_full", True), ("", False), ("x", False)])
def test_a_reason_of_the_ledger_is_explained_if_it_is_a_class(reason, known):
    assert (explain(reason) is not None) is known
