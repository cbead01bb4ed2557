import os
from pathlib import Path

import pytest

from pipeline.errors import TemplateError
from pipeline.language.catalogues import SHIPPED, Catalogues
from pipeline.language.english import MAIL, MESSAGES

OWN = 'msgctxt "{name}"\nmsgid "x"\nmsgstr "{text}"\n'


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "templates" / "locale"
    path.mkdir(parents=True)
    return path


def put(folder: Path, file: str, text: str, name: str = "ask") -> Path:
    path = folder / file
    path.write_text(OWN.format(name=name, text=text), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [
        pytest.param("de", "Eine Frage stellen", id="a language"),
        pytest.param("de-AT", "Eine Frage stellen", id="of a country"),
        pytest.param("DE-at", "Eine Frage stellen", id="in other letters"),
        pytest.param("en-GB", "Ask a question", id="English"),
        pytest.param("nl", "Ask a question", id="without words"),
        pytest.param("../../de", "Ask a question", id="no tag"),
        pytest.param("", "Ask a question", id="none"),
    ],
)
def test_speaks_a_language_or_what_it_is_a_kind_of_else_english(tag, spoken):
    assert SHIPPED.words_of(tag).ask == spoken


def test_another_language_stands_in_where_there_are_no_words():
    assert SHIPPED.words_of("nl", otherwise="de").ask == "Eine Frage stellen"
    assert SHIPPED.words_of("nl", otherwise="de").tag == "de"


def test_a_country_says_only_what_differs():
    words = SHIPPED.words_of("de-CH")

    assert words.also == "Ausserdem: {titles}"
    assert words.ask == "Eine Frage stellen"
    assert "ß" not in "".join(getattr(words, name) for name in MESSAGES)


def test_a_site_changes_a_word_and_keeps_the_others(folder):
    put(folder, "de.po", "Fragen Sie!")
    words = Catalogues(folder).words_of("de-CH")

    assert words.ask == "Fragen Sie!"
    assert words.unsubscribe == "Abbestellen"


def test_a_site_changes_an_english_word(folder):
    put(folder, "en.po", "Write to us")
    words = Catalogues(folder).words_of("en-GB")

    assert words.ask == "Write to us"
    assert words.unsubscribe == "Unsubscribe"


@pytest.mark.parametrize("file", ["pt-BR.po", "pt_BR.po", "pt.po", "pt-br.po"])
def test_a_site_brings_a_language(folder, file):
    put(folder, file, "Pergunte")
    catalogues = Catalogues(folder)

    assert catalogues.words_of("pt-BR").ask == "Pergunte"
    assert catalogues.has("pt-BR")
    assert not SHIPPED.has("pt-BR")


def test_a_site_brings_a_word_for_its_own_theme(folder):
    put(folder, "de.po", "Weiterlesen", name="read_more")

    assert Catalogues(folder).words_of("de").read_more == "Weiterlesen"


def test_a_changed_file_is_read_again(folder):
    path = put(folder, "nl.po", "een")
    catalogues = Catalogues(folder)
    assert catalogues.words_of("nl").ask == "een"

    put(folder, "nl.po", "twee")
    os.utime(path, ns=(0, 1))

    assert catalogues.words_of("nl").ask == "twee"


def test_a_missing_translation_is_refused_with_the_place_it_belongs_into(folder):
    put(folder, "nl.po", "Stel een vraag")
    words = Catalogues(folder).words_of("nl")

    with pytest.raises(TemplateError) as caught:
        words.unsubscribe  # noqa: B018 - asking for it is what is refused

    assert caught.value.place == "templates/locale/nl.po:4:1"
    assert "'unsubscribe'" in caught.value.message
    assert 'msgctxt "unsubscribe" and msgid "Unsubscribe"' in caught.value.remedy
    # All that the mail says is told at once.
    assert len(caught.value.others) == len(MAIL) - 2
    assert all(line.startswith("templates/locale/nl.po:4:1: ") for line in caught.value.others)


def test_an_entry_that_waits_for_its_translation_is_named_by_its_line(folder):
    (folder / "nl.po").write_text('\nmsgctxt "ask"\nmsgid "Ask a question"\nmsgstr ""\n')
    words = Catalogues(folder).words_of("nl")

    with pytest.raises(TemplateError, match=r"nl.po:4:8: the word 'ask' .*; write its msgstr"):
        words.ask  # noqa: B018 - asking for it is what is refused


def test_a_word_that_nobody_has_is_no_word(folder):
    put(folder, "nl.po", "Stel een vraag")

    assert not hasattr(Catalogues(folder).words_of("nl"), "read_more")
    assert not hasattr(SHIPPED.words_of("en"), "__html__")


def test_a_site_may_have_no_folder(tmp_path):
    assert Catalogues(tmp_path / "none").words_of("de").ask == "Eine Frage stellen"


@pytest.mark.parametrize(
    ("damage", "place", "remedy"),
    [
        pytest.param(lambda path: path.write_bytes(b"#\n# \xff\n"), ":2:1", "UTF-8", id="bytes"),
        pytest.param(lambda path: path.write_bytes(b"#" * 1_000_001), "", "catalogue", id="large"),
        pytest.param(lambda path: path.mkdir(), "", "put the file", id="a folder"),
        pytest.param(lambda path: path.symlink_to("nowhere"), "", "put the file", id="a dead link"),
        pytest.param(os.mkfifo, "", "put the file", id="a pipe"),
    ],
)
def test_what_cannot_be_read_is_refused(folder, damage, place, remedy):
    damage(folder / "nl.po")

    with pytest.raises(TemplateError) as caught:
        Catalogues(folder).words_of("nl")

    assert caught.value.place == f"templates/locale/nl.po{place}"
    assert remedy in caught.value.remedy


def test_a_damaged_file_of_another_language_does_no_harm(folder):
    (folder / "nl.po").write_bytes(b"\xff")

    assert Catalogues(folder).words_of("de").ask == "Eine Frage stellen"


def test_a_link_out_of_the_templates_is_refused_and_not_read(tmp_path):
    secret = tmp_path / "passwd"
    secret.write_text("root:x:0:0\n")
    folder = tmp_path / "templates" / "locale"
    folder.mkdir(parents=True)
    (folder / "nl.po").symlink_to(secret)

    with pytest.raises(TemplateError) as refused:
        Catalogues(folder).words_of("nl")

    assert str(refused.value) == (
        "templates/locale/nl.po: it is a link that leads out of the folder of templates;"
        " put a copy of the file there"
    )


def test_a_byte_order_mark_is_forgiven(folder):
    path = put(folder, "de.po", "Frag!")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert Catalogues(folder).words_of("de").ask == "Frag!"
