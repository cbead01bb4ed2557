import pytest

from pipeline.rendering.prose.links import is_allowed


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://a.example", True),
        ("HTTP://a.example/x", True),
        ("mailto:a@b.example", True),
        ("mailto:", False),
        ("//a.example", False),
        ("/a", False),
        ("https:///a", False),
        ("data:text/html,x", False),
        ("https://[a", False),
        ("", False),
    ],
)
def test_knows_which_links_work_in_a_mail(url, allowed):
    assert is_allowed(url) is allowed
