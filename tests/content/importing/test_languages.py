import pytest

from pipeline.content.importing import files, languages
from pipeline.content.importing.decoding import Format
from pipeline.content.parsing import parse

PAGE = """<!doctype html><html {lang}><head><title>Die Kolumne</title></head><body>
<p><b>Frage:</b> Darf ich von der Küche aus arbeiten, wenn niemand zu Hause ist?</p>
<p><b>Antwort:</b> Ja. Der Kessel steht näher, und das Fenster geht nach Süden.</p>
</body></html>"""


@pytest.mark.parametrize(
    ("page", "written_as", "tag"),
    [
        pytest.param('<html lang="de">', Format.HTML, "de", id="html"),
        pytest.param("<HTML class=x LANG=de_ch>", Format.HTML, "de-CH", id="another spelling"),
        pytest.param('<html xml:lang="fr-FR">', Format.HTML, "fr-FR", id="xhtml"),
        pytest.param('<html data-lang="x">', Format.HTML, "", id="another attribute"),
        pytest.param('<html lang="">', Format.HTML, "", id="empty"),
        pytest.param('<html lang="deutsch">', Format.HTML, "", id="no tag"),
        pytest.param('<p lang="de">', Format.HTML, "", id="of a part"),
        pytest.param("---\ntitle: x\nlang: 'de'\n---\n", Format.MARKDOWN, "de", id="front matter"),
        pytest.param("---\nlanguage: pt_BR\n---\n", Format.MARKDOWN, "pt-BR", id="language"),
        pytest.param("---\ntitle: x\n---\nlang: de\n", Format.MARKDOWN, "", id="in the body"),
        pytest.param("lang: de\n", Format.TEXT, "", id="text"),
    ],
)
def test_takes_the_language_from_where_a_page_names_it(page, written_as, tag):
    assert languages.find(page, written_as) == tag


@pytest.mark.parametrize(
    ("lang", "newsletter", "language"),
    [
        pytest.param('lang="de-AT"', "en", "de-AT", id="another language"),
        pytest.param('lang="de-AT"', "de", None, id="the newsletter's"),
        pytest.param("", "en", None, id="none named"),
    ],
)
def test_a_qa_of_a_page_in_another_language_says_so(tmp_path, lang, newsletter, language):
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(lang=lang), encoding="utf-8")

    (done,) = files.import_files([page], tmp_path / "content", language=newsletter)

    (slug,) = done.created
    parsed = parse((tmp_path / "content" / f"{slug}.md").read_bytes(), f"content/{slug}.md")
    assert parsed.qa is not None
    assert parsed.qa.language == language
    assert parsed.findings == ()
