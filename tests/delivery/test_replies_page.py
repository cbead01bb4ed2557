from tests.delivery.replies_page import PAGE, page


def test_the_page_of_replies_says_what_the_table_says():
    """If it does not: ``python -m tests.delivery.replies_page``."""
    assert PAGE.read_text(encoding="utf-8") == page()
