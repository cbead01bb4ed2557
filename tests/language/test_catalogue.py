import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import TemplateError
from pipeline.language.catalogue import parse
from pipeline.language.english import MESSAGES

HEADER = (
    'msgid ""\nmsgstr ""\n"Language: nl\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


def entry(name: str, translation: str, above: str = "") -> str:
    text = MESSAGES[name].text if name in MESSAGES else name
    return f'{above}msgctxt "{name}"\nmsgid "{text}"\nmsgstr "{translation}"\n\n'


def read(*entries: str, header: str = HEADER, tag: str = "nl"):
    return parse(header + "".join(entries), "templates/locale/nl.po", tag)


def test_gives_each_word_by_its_name():
    catalogue = read(entry("ask", "Stel een vraag"), entry("issue", "Nummer {number}"))

    assert catalogue.words == {"ask": ("Stel een vraag",), "issue": ("Nummer {number}",)}
    assert catalogue.blanks == {}


def test_the_english_text_may_have_changed_since():
    catalogue = read('msgctxt "ask"\nmsgid "Ask us something"\nmsgstr "Stel een vraag"\n')

    assert catalogue.words["ask"] == ("Stel een vraag",)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(entry("ask", ""), 8, id="empty"),
        pytest.param(entry("ask", "Vraag", above="#, fuzzy\n"), 9, id="fuzzy"),
        pytest.param(
            'msgctxt "ask"\nmsgid "x"\nmsgid_plural "y"\nmsgstr[0] "a"\nmsgstr[1] ""\n',
            9,
            id="one form of two",
        ),
    ],
)
def test_what_is_not_translated_yet_has_a_place(text, line):
    catalogue = read(text)

    assert catalogue.words == {}
    place = catalogue.blanks["ask"]
    assert place.startswith(f"templates/locale/nl.po:{line}:")


def test_a_catalogue_may_come_from_another_system():
    text = "\N{BOM}" + (HEADER + entry("ask", "Vraag")).replace("\n", "\r\n")

    assert parse(text, "nl.po", "nl").words == {"ask": ("Vraag",)}


def test_a_catalogue_without_a_header_counts_as_its_language_does():
    catalogue = read(entry("ask", "Pytanie"), header="", tag="pl")

    assert [catalogue.form_of(number) for number in (1, 2, 5)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param('msgctxt "ask"\nmsgid "x"\nmsgstr "abc\n', "3:8", "quotes", id="open string"),
        pytest.param('msgctxt "ask"\nmsgid "x"\nmsgstr abc\n', "3:1", "quotes", id="no string"),
        pytest.param('msgctxt "ask"\nmsgid "x"\nmsgstr "a" b"\n', "3:8", "quotes", id="a quote"),
        pytest.param("hello world\n", "1:1", "quotes", id="no keyword"),
        pytest.param('msgid "x"\nmsgstr[a] "b"\n', "2:11", "quotes", id="no number"),
        pytest.param('"abc"\n', "1:1", "as gettext does", id="a string alone"),
        pytest.param('msgctxt "ask"\nmsgid "x"\n', "2:1", "as gettext does", id="no msgstr"),
        pytest.param('msgctxt "ask"\nmsgid "x', "2:7", "quotes", id="cut off"),
        pytest.param(entry("ask", "a") + entry("ask", "b"), "5:1", "keep one", id="twice"),
        pytest.param('msgid "Ask a question"\nmsgstr "a"\n', "1:1", '"ask"', id="no name"),
        pytest.param('msgctxt ""\nmsgid "x"\nmsgstr "a"\n', "2:1", "msgctxt", id="an empty name"),
        pytest.param(entry("ask", "a\x0cb"), "3:10", "delete it", id="control character"),
        pytest.param(entry("ask", "a\u202eb"), "3:8", "delete it", id="a turn without an end"),
        pytest.param(entry("issue", "Nummer"), "3:8", "with {number}", id="a field is lost"),
        pytest.param(entry("ask", "Vraag {x}"), "3:8", "with none", id="a field of its own"),
        pytest.param(entry("issue", "{number.real}"), "3:8", "{number}", id="an attribute"),
        pytest.param(entry("issue", "{number:>99}"), "3:8", "{number}", id="a width"),
        pytest.param(entry("issue", "{number!r}"), "3:8", "{number}", id="a conversion"),
        pytest.param(entry("issue", "{0}"), "3:8", "{number}", id="a number for a name"),
        pytest.param(entry("issue", "{number"), "3:8", "braces", id="an open brace"),
        pytest.param(entry("ask", "100 }"), "3:8", "braces", id="a brace alone"),
        pytest.param(
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=x; plural=0;\\n"\n',
            "3:1",
            "as gettext does",
            id="no number of forms",
        ),
        pytest.param(
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=999999999; plural=n;\\n"\n',
            "3:1",
            "gettext's manual",
            id="forms that would fill the memory",
        ),
        pytest.param(
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplu"\n"rals=99999999999999999999;"\n',
            "1:1",
            "gettext's manual",
            id="such a number in two strings",
        ),
        pytest.param(
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=n;\\n"\n',
            "3:1",
            "manual",
            id="a rule for more forms",
        ),
        pytest.param(
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=1/n;\\n"\n',
            "3:1",
            "manual",
            id="a division by zero",
        ),
        pytest.param(
            'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=__import__;\\n"\n',
            "3:1",
            "manual",
            id="no rule",
        ),
        pytest.param(
            'msgid ""\nmsgstr ""\n"Language: nl\\n"\n"POT-Creation-Date: tomorrow\\n"\n',
            "4:1",
            "as gettext does",
            id="no date",
        ),
        pytest.param(
            'msgctxt "ask"\nmsgid "x"\nmsgid_plural "y"\nmsgstr[0] "a"\nmsgstr[7] "b"\n',
            "2:1",
            "as gettext does",
            id="too many forms",
        ),
    ],
)
def test_refuses_a_faulty_catalogue_and_says_where_and_what_to_do(text, place, words):
    with pytest.raises(TemplateError) as caught:
        parse(text, "templates/locale/nl.po", "nl")

    assert caught.value.place == f"templates/locale/nl.po:{place}"
    assert words in caught.value.remedy


@given(st.text(st.sampled_from('msgidctxr "\\\n#~,[]01{}:=;a-"'), max_size=200))
def test_any_text_is_read_or_refused_with_a_place(text):
    try:
        place = parse(text, "nl.po", "nl").end
    except TemplateError as error:
        place = error.place

    assert place.startswith("nl.po:")
