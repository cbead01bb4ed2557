from tests.cli.reference import PAGE, page


def test_the_page_of_the_commands_says_what_their_help_says():
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""

    assert written == page(), "run `python -m tests.cli.reference`"
