import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.language.english import MAIL, MESSAGES
from tests.cli.office import Office


def speak(office: Office, language: str) -> None:
    """Let the newsletter be in a language."""
    toml = office.folder / "newsletter.toml"
    text = toml.read_text()
    assert 'language = "en"' in text
    toml.write_text(text.replace('language = "en"', f'language = "{language}"'))


def translate(path: Path, words: Mapping[str, str] = {}) -> None:
    """Fill in every msgstr of a catalogue."""
    lines = path.read_text(encoding="utf-8").split("\n")
    name = text = ""
    for number, line in enumerate(lines):
        if found := re.match(r'msgctxt "(.*)"', line):
            name = found[1]
            text = MESSAGES[name].text
        elif name and (found := re.match(r'(msgstr\S*) ""', line)):
            lines[number] = f'{found[1]} "{words.get(name, f"NL {text}")}"'
    path.write_text("\n".join(lines), encoding="utf-8")


def findings(office: Office) -> list[tuple[str, str, str]]:
    found = office("check", "--json").document["findings"]
    return [
        (each["id"], each["level"], f"{each['source']}:{each['line']}:{each['column']}")
        for each in found
        if each["id"].startswith(("language/words", "template/"))
    ]


def test_words_writes_a_catalogue_that_waits_for_its_translations(office: Office):
    told = office("words", "nl")

    assert told.code == 0
    assert told.out == "templates/locale/nl.po\n"
    assert f"{len(MESSAGES)} words without a translation" in told.err
    assert "no issue with a text in 'nl' goes out" in told.err
    text = (office.folder / "templates" / "locale" / "nl.po").read_text()
    assert 'msgctxt "unsubscribe"\nmsgid "Unsubscribe"\nmsgstr ""\n' in text


def test_words_keeps_what_is_translated_and_names_what_is_not(office: Office):
    path = office.folder / office("words", "nl").out.strip()
    path.write_text(path.read_text().replace('"Unsubscribe"\nmsgstr ""', '"x"\nmsgstr "Afmelden"'))

    told = office("words", "nl", "--json")

    assert told.document["path"] == "templates/locale/nl.po"
    assert "unsubscribe" in told.document["lacking"]
    assert '#, fuzzy\nmsgctxt "unsubscribe"\n' in path.read_text()
    assert 'msgstr "Afmelden"' in path.read_text()


def test_words_takes_the_newsletter_s_language_and_a_file_of_another_spelling(office: Office):
    speak(office, "pt-BR")
    first = office.folder / office("words").out.strip()
    assert first.name == "pt-BR.po"
    first.rename(first.with_name("pt_BR.po"))

    assert office("words", "--json").document["path"] == "templates/locale/pt_BR.po"


def test_a_language_with_words_lacks_none(office: Office):
    assert office("words", "de", "--json").document["lacking"] == []
    speak(office, "de")

    assert office("build", "--out", str(office.folder / "out")).code == 0
    assert "Abbestellen" in (office.folder / "out" / "index.html").read_text()


@pytest.mark.parametrize("language", ["Dutch", "../nl", "nl.po", ""])
def test_words_refuses_what_is_no_language(office: Office, language):
    told = office("words", language, "--json") if language else office("words", " ", "--json")

    assert told.code == 2
    assert "language tag" in told.error["message"]


def test_words_does_not_write_over_a_broken_catalogue(office: Office):
    path = office.folder / office("words", "nl").out.strip()
    path.write_text(broken := path.read_text() + 'msgstr "open\n')

    told = office("words", "nl", "--json")

    assert told.code == 3
    assert told.error["place"].startswith("templates/locale/nl.po:")
    assert path.read_text() == broken


def test_a_newsletter_in_a_language_without_words_speaks_english_with_a_warning(office: Office):
    speak(office, "nl")

    assert findings(office) == [("language/words", "warning", "newsletter.toml:0:0")]
    assert office("build", "--out", str(office.folder / "out")).code == 0
    page = (office.folder / "out" / "index.html").read_text()
    assert '<html lang="nl"' in page
    assert "Unsubscribe" in page


def test_a_newsletter_speaks_the_language_that_its_site_brings(office: Office):
    speak(office, "nl")
    translate(office.folder / office("words").out.strip(), {"unsubscribe": "Afmelden"})

    assert findings(office) == []
    assert office("build", "--out", str(office.folder / "out")).code == 0
    page = (office.folder / "out" / "index.html").read_text()
    assert "Afmelden" in page
    assert "NL View in your browser" in page
    assert ">Unsubscribe<" not in page


def test_a_missing_translation_is_refused_with_file_line_column_and_remedy(office: Office):
    speak(office, "nl")
    path = office.folder / office("words").out.strip()
    translate(path)
    text = path.read_text()
    path.write_text(text.replace('msgstr "NL Unsubscribe"', 'msgstr ""', 1))
    line = path.read_text().split("\n").index('msgctxt "unsubscribe"') + 3

    told = office("build", "--out", str(office.folder / "out"), "--json")

    assert told.code == 3
    assert told.error["place"] == f"templates/locale/nl.po:{line}:8"
    assert "'unsubscribe' has no translation into 'nl'" in told.error["message"]
    assert told.error["remedy"] == "write its msgstr"
    assert findings(office) == [("template/error", "error", f"templates/locale/nl.po:{line}:8")]


def test_a_fuzzy_translation_is_to_be_looked_at(office: Office):
    speak(office, "nl")
    path = office.folder / office("words").out.strip()
    translate(path)
    path.write_text(path.read_text().replace('msgctxt "ask"', '#, fuzzy\nmsgctxt "ask"', 1))

    told = office("build", "--out", str(office.folder / "out"), "--json")

    assert told.code == 3
    assert "'ask' has no translation into 'nl'" in told.error["message"]
    assert told.error["remedy"] == "see that its msgstr is right, and take `fuzzy` out above it"


def test_words_of_the_pages_alone_keep_no_issue_back(office: Office):
    speak(office, "nl")
    path = office.folder / office("words").out.strip()
    translate(path, {"page_button": ""})

    told = office("words")

    assert told.err == "1 word without a translation.\n"
    assert office("build", "--out", str(office.folder / "out")).code == 0


def test_each_of_many_missing_words_is_told_in_a_sentence_of_its_own(office: Office):
    speak(office, "nl")
    office("words")

    found = [one for one in office("check", "--json").document["findings"] if one["line"]]
    told = [one["message"] for one in found if one["id"] == "template/error"]

    assert len(told) == len(MAIL)
    assert all(re.fullmatch(r"the word '\w+' has no translation into 'nl'", one) for one in told)
    assert {one["remedy"] for one in found if one["id"] == "template/error"} == {"write its msgstr"}


def test_an_entry_that_is_not_there_at_all_is_named_with_what_to_write(office: Office):
    speak(office, "nl")
    folder = office.folder / "templates" / "locale"
    folder.mkdir(parents=True)
    (folder / "nl.po").write_text('msgctxt "ask"\nmsgid "Ask a question"\nmsgstr "Vraag"\n')

    told = office("build", "--out", str(office.folder / "out"))

    assert told.code == 3
    assert "templates/locale/nl.po:4:1: the word " in told.err
    assert 'add msgctxt "view_in_browser" and msgid "View in your browser"' in told.err
    assert told.err.count("templates/locale/nl.po:4:1: ") == len(MAIL) - 1


def test_a_broken_catalogue_is_refused_and_the_issue_waits(office: Office):
    speak(office, "nl")
    path = office.folder / office("words").out.strip()
    path.write_text('msgctxt "ask"\nmsgid "Ask a question"\nmsgstr "Vraag\n')

    told = office("build", "--out", str(office.folder / "out"), "--json")

    assert told.code == 3
    assert told.error["place"] == "templates/locale/nl.po:3:8"
    assert findings(office) == [("template/error", "error", "templates/locale/nl.po:3:8")]
    assert "the issue waits until it is mended" in office("plan").out


def test_a_catalogue_that_nobody_reads_is_told(office: Office):
    folder = office.folder / "templates" / "locale"
    folder.mkdir(parents=True)
    (folder / "dutch.po").write_text("")
    (folder / "en.po").write_text('msgctxt "unsubcribe"\nmsgid "x"\nmsgstr "Leave"\n')

    assert findings(office) == [
        ("language/words", "warning", "templates/locale/dutch.po:0:0"),
        ("language/words", "warning", "templates/locale/en.po:3:8"),
    ]


def test_a_word_that_nothing_says_is_told_where_it_stands(office: Office):
    speak(office, "nl")
    path = office.folder / office("words").out.strip()
    translate(path)
    with path.open("a") as file:
        file.write('\nmsgctxt "read_more"\nmsgid "Read more"\nmsgstr "Lees verder"\n')
        file.write('\n#~ msgctxt "greeting"\n#~ msgid "Hello"\n#~ msgstr "Hallo"\n')

    told = office("words")

    assert "None of the program's words: read_more." in told.err
    assert office("words", "--json").document["unknown"] == ["read_more"]
    assert '#~ msgctxt "greeting"\n#~ msgid "Hello"\n#~ msgstr "Hallo"\n' in path.read_text()
    line = path.read_text().split("\n").index('msgctxt "read_more"') + 3
    assert findings(office) == [("language/words", "note", f"templates/locale/nl.po:{line}:8")]

    theme = office.folder / "templates"
    (theme / "ask.mjml").write_text(
        "<mj-section><mj-column><mj-text>{{ words.read_more }}</mj-text></mj-column></mj-section>"
    )
    assert findings(office) == []


def test_a_changed_word_changes_the_edition(office: Office):
    before = office("build", "--out", str(office.folder / "out"), "--json").document["sha256"]
    path = office.folder / office("words", "en").out.strip()
    path.write_text(
        path.read_text().replace('"Unsubscribe"\nmsgstr ""', '"Unsubscribe"\nmsgstr "Leave"')
    )

    after = office("build", "--out", str(office.folder / "out"), "--json").document["sha256"]

    assert before != after
    assert ">Leave<" in (office.folder / "out" / "index.html").read_text()
