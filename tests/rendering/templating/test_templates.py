import pytest

from pipeline.errors import TemplateError
from pipeline.rendering.prose.flowed import SOFT
from pipeline.rendering.templating.templates import Templates


@pytest.fixture
def folder(tmp_path):
    """A folder of templates."""
    folder = tmp_path / "templates" / "plain"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def theme(folder, tmp_path):
    """Renders a page of the folder."""
    (folder.parent / "outside.mjml").write_text("secret")

    def render(source, **context):
        (folder / "page.mjml").write_text(source)
        return Templates([folder]).render_markup("page.mjml", context)

    return render


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        pytest.param(
            "a\n{% if %}", "templates/plain/page.mjml:2:1", "Expected an expression", id="syntax"
        ),
        pytest.param(
            "a\n\n{% for x in y %}", "templates/plain/page.mjml:3:1", "Unexpected end", id="no end"
        ),
        pytest.param(
            "a\n{{ titel }}",
            "templates/plain/page.mjml:2:4",
            "did you mean 'title'",
            id="undefined",
        ),
        pytest.param(
            "{{ title.no }}", "templates/plain/page.mjml:1:10", "'no' is no part", id="attribute"
        ),
        pytest.param(
            '\n{% include "no.mjml" %}', "templates/plain/page.mjml:2:12", "no.mjml", id="missing"
        ),
        pytest.param(
            '\n{% include "../outside.mjml" %}',
            "templates/plain/page.mjml:2:12",
            "outside",
            id="up",
        ),
        pytest.param(
            '{% include "/etc/hostname" %}', "templates/plain/page.mjml:1:12", "hostname", id="root"
        ),
        pytest.param(
            '\n{% include "page.mjml" %}', "templates/plain/page.mjml:2:1", "without end", id="loop"
        ),
        pytest.param(
            "{{ 1 // 0 }}", "templates/plain/page.mjml:1:1", "divided by zero", id="arithmetic"
        ),
        pytest.param(
            "{{ 'a' + 1 }}", "templates/plain/page.mjml:1:1", "do not go together", id="types"
        ),
        pytest.param(
            "{{ title.__class__ }}", "templates/plain/page.mjml:1:10", "unsafe", id="sandbox"
        ),
        pytest.param(
            "{{ names.append(1) }}",
            "templates/plain/page.mjml:1:10",
            "may not reach",
            id="immutable",
        ),
        pytest.param("{{ [1] | random }}", "templates/plain/page.mjml:1:10", "random", id="chance"),
        pytest.param("{{ lipsum() }}", "templates/plain/page.mjml:1:4", "lipsum", id="filler"),
    ],
)
def test_a_fault_is_named_with_its_line(theme, source, place, message):
    with pytest.raises(TemplateError, match=message) as refused:
        theme(source, title="x", names=[])

    assert refused.value.place == place


def test_the_fault_of_an_included_file_is_named_there(theme, folder):
    (folder / "part.mjml").write_text("\n\n{{ nothing }}")

    with pytest.raises(TemplateError) as refused:
        theme('{% include "part.mjml" %}')

    assert refused.value.place == "templates/plain/part.mjml:3:4"


def test_a_missing_page_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"no template 'issue\.mjml'"):
        Templates([tmp_path]).render_markup("issue.mjml", {})


def test_a_template_that_is_not_utf8_is_refused(theme, folder):
    (folder / "part.mjml").write_bytes(b"a\n\xff")

    with pytest.raises(TemplateError, match="not UTF-8") as refused:
        theme('{% include "part.mjml" %}')

    assert refused.value.place == "templates/plain/part.mjml:2:1"


def test_values_are_escaped_in_markup(theme):
    assert theme("{{ title }}", title='</mj-text>"') == "&lt;/mj-text&gt;&#34;"


def test_values_are_no_templates(theme):
    assert theme("{{ title }}", title="{{ 7*7 }}") == "{{ 7*7 }}"


def test_values_stay_as_they_are_in_text(tmp_path):
    (tmp_path / "issue.txt").write_text("{{ title }}\n{{ body | wrap(8) }}\n")

    text = Templates([tmp_path]).render_text("issue.txt", {"title": "<&>", "body": "one two three"})

    assert text == f"<&>\none two{SOFT}\nthree\n"


def test_the_first_folder_wins(tmp_path):
    for name in ("site", "shipped"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.mjml").write_text(name)

    templates = Templates([tmp_path / "site", tmp_path / "shipped"])

    assert templates.render_markup("page.mjml", {}) == "site"
