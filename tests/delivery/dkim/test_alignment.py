import pytest

from pipeline.delivery.dkim.alignment import Alignment, alignment


@pytest.mark.parametrize(
    ("signing", "sender", "expected"),
    [
        pytest.param("news.example", "news.example", Alignment.STRICT, id="the same"),
        pytest.param("News.Example.", "news.example", Alignment.STRICT, id="written otherwise"),
        pytest.param("news.example", "letters.news.example", Alignment.RELAXED, id="above"),
        pytest.param("mail.news.example", "news.example", Alignment.RELAXED, id="below"),
        pytest.param("a.news.example", "b.news.example", Alignment.UNSURE, id="beside"),
        pytest.param("a.co.uk.example", "b.co.uk.example", Alignment.UNSURE, id="a public suffix"),
        pytest.param("news.example", "sews.example", Alignment.NONE, id="another"),
        pytest.param("example", "news.example", Alignment.NONE, id="a top-level domain"),
        pytest.param("ews.example", "news.example", Alignment.NONE, id="only the letters' end"),
    ],
)
def test_compares_whole_labels_from_the_right(signing, sender, expected):
    assert alignment(signing, sender) is expected
