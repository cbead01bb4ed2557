import pytest

from pipeline.rendering.client_support import checking, mix
from tests.client_support import corpus


@pytest.fixture(scope="module")
def verdict():
    return corpus.judge(corpus.vendored())


def test_names_what_each_page_of_caniemail_was_made_to_test(verdict):
    assert len(verdict.tested) == 136
    # Whether a PNG is animated stands in the picture.
    assert verdict.missed == (("images.html", "image-apng"),)


def test_names_next_to_nothing_that_a_page_does_not_use(verdict):
    assert len(verdict.judged) > 500
    # gray() was in a draft of CSS Color 4; its percentage is no length.
    assert verdict.false == (("css-colors.html", "css-unit-percent"),)


def test_every_page_is_judged_in_whole_sentences():
    for text in corpus.vendored().values():
        usual = mix.usual()
        for finding in (*checking.check_page(text, usual), *checking.supported(text, usual)):
            assert finding.line
            assert finding.message
            assert finding.remedy
