import pytest

from pipeline.errors import TemplateError
from pipeline.rendering.templates import Templates


@pytest.fixture
def theme(tmp_path):
    """Renders a page."""
    folder = tmp_path / "templates" / "plain"
    folder.mkdir(parents=True)

    def render(source, **context):
        (folder / "page.mjml").write_text(source)
        return Templates([folder]).render_markup("page.mjml", context)

    return render


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('{{ "a" * 1000000000 }}', id="a repeated text"),
        pytest.param('{{ 1000000000 * "a" }}', id="a text, repeated"),
        pytest.param('{% if ["a"] * 1000000000 %}{% endif %}', id="a repeated list"),
        pytest.param("{{ 9 ** 999999999 }}", id="a power"),
        pytest.param('{{ "a" | center(1000000000) }}', id="a width"),
        pytest.param('{{ "a".ljust(1000000000) }}', id="a width of a method"),
        pytest.param('{{ "{:1000000000}".format(1) }}', id="a format"),
        pytest.param('{{ "%1000000000d" % 1 }}', id="an old format"),
        pytest.param('{{ "%1000000000d" | format(1) }}', id="a format filter"),
        pytest.param('{{ ("a" * 90000).replace("a", "b" * 90000) }}', id="replaced"),
        pytest.param('{{ (["a" * 90000] * 90000) | join }}', id="joined"),
        pytest.param(
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            id="loops that write nothing",
        ),
        pytest.param(
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
            id="loops that write",
        ),
        pytest.param(
            '{% set n = namespace(x="a") %}'
            "{% for a in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
            id="a text that doubles",
        ),
        pytest.param(
            '{% set n = namespace(x="a") %}'
            "{% for a in range(99) %}{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
            id="a block that doubles",
        ),
        pytest.param(
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}"
            "{{ m(99) }}",
            id="a macro that calls itself twice",
        ),
    ],
)
def test_what_would_never_end_is_refused_with_its_line(theme, source):
    with pytest.raises(TemplateError) as refused:
        theme(f"\n{source}")

    assert refused.value.place == "templates/plain/page.mjml:2:1"
    assert refused.value.remedy == "repeat less"


def test_what_a_theme_needs_stays_allowed(theme):
    page = theme(
        '{% for a in names %}{{ loop.index }}/{{ loop.length }}{{ "," if not loop.last }}'
        '{% endfor %} {{ "-" * 3 }} {{ 2 ** 3 }} {{ "%d%%" % 5 }} {{ "%05d" | format(7) }} '
        '{{ names | join("+") }} {{ "a" ~ 1 ~ "<" }} {{ "{:>3}".format(1) }}',
        names=("x", "y"),
    )

    assert page == "1/2,2/2 --- 8 5% 00007 x+y a1&lt;   1"


def test_each_rendering_counts_anew(theme):
    for _ in range(4):
        assert theme("{% for a in range(99999) %}{% endfor %}ok") == "ok"


def test_a_reader_may_write_numbers_and_braces(theme):
    text = "5% of 1000000, {x:99999} and * {"

    assert theme('{{ text | replace("of", "von") | indent }}{{ [text] | join }}', text=text) == (
        f"{text.replace('of', 'von')}{text}"
    )
