from pipeline.language.catalogue import parse
from pipeline.language.drafting import draft
from pipeline.language.english import MESSAGES, Message

HELLO = Message("hello", "Hello", "above the door")
MINUTES = Message("minutes", "{minutes} minute", plural="{minutes} minutes")


def test_a_new_catalogue_waits_for_every_word():
    text = draft(MESSAGES.values(), "nl")
    catalogue = parse(text, "nl.po", "nl")

    assert catalogue.words == {}
    assert list(catalogue.blanks) == list(MESSAGES)
    assert '#. above the list of titles\nmsgctxt "in_this_issue"\nmsgid "In this issue"\n' in text


def test_a_language_has_a_place_for_each_form_of_its_numbers():
    text = draft([MINUTES], "pl")

    assert "nplurals=3" in text
    assert 'msgid_plural "{minutes} minutes"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n' in text


def test_an_unknown_language_counts_as_english_does():
    assert "nplurals=2; plural=(n != 1);" in draft([MINUTES], "tlh")


def test_what_is_translated_stays():
    old = draft([HELLO], "nl").replace('msgstr ""\n', 'msgstr "Hallo"\n', 2)
    old = old.replace('msgstr "Hallo"\n', 'msgstr ""\n', 1)

    text = draft([MINUTES, HELLO], "nl", f"# By hand.\n{old}")

    assert text.startswith('# By hand.\nmsgid ""\n')
    assert parse(text, "nl.po", "nl").words == {"hello": ("Hallo",)}


def test_a_translation_of_another_text_is_marked_for_a_look():
    old = draft([HELLO], "nl").replace('Hello"\nmsgstr ""', 'Hello"\nmsgstr "Hallo"')

    text = draft([Message("hello", "Hello there")], "nl", old)

    assert '#, fuzzy\nmsgctxt "hello"\nmsgid "Hello there"\nmsgstr "Hallo"\n' in text
    assert parse(text, "nl.po", "nl").words == {}


def test_a_word_of_the_site_s_own_stays():
    own = 'msgctxt "read_more"\nmsgid "Read more"\nmsgstr "Lees verder"\n'

    assert own in draft([HELLO], "nl", own)


def test_an_obsolete_entry_stays():
    old = '#~ msgctxt "bye"\n#~ msgid "Bye"\n#~ msgstr "Dag"\n'

    text = draft([HELLO], "nl", old)

    assert text.endswith(f"\n{old}")
    assert draft([HELLO], "nl", text) == text


def test_writing_it_again_changes_nothing():
    once = draft(MESSAGES.values(), "ar")

    assert draft(MESSAGES.values(), "ar", once) == once
