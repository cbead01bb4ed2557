from collections import UserString

import pytest

from pipeline.errors import TemplateError
from pipeline.rendering.deadline import start
from pipeline.rendering.templating.templates import Templates
from tests.fakes import FakeClock


@pytest.fixture
def folder(tmp_path):
    """A folder of templates."""
    folder = tmp_path / "templates" / "plain"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def theme(folder):
    """Renders a page."""

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
        pytest.param('{{ ("b" * 90000).join("a" * 90000) }}', id="letters, joined"),
        pytest.param('{{ ("a" * 99999) | join("b" * 20000) }}', id="letters, joined by a filter"),
        pytest.param(
            '{{ ("b" * 20000).join(range(99999) | map("string")) }}', id="what is read once, joined"
        ),
        pytest.param(
            '{{ ("%(a)s" * 190000) % {"a": "b" * 900000} }}', id="an old format of many fields"
        ),
        pytest.param('{{ ("{0}" * 300000).format("a" * 900000) }}', id="a format of many fields"),
        pytest.param('{{ ("{0:9999}" * 90000).format(1) }}', id="a format of many widths"),
        pytest.param(
            '{{ ("{0.body}" * 9000).format(answer) }}', id="a format that reaches into values"
        ),
        pytest.param(
            '{{ ("{a}" * 300000).format_map({"a": "b" * 9000}) }}', id="a format by names"
        ),
        pytest.param("{{ range(100001) | length }}", id="a long range"),
        pytest.param("{{ range(9 * 10000000000000000000000) }}", id="a longer range than there is"),
        pytest.param("{{ range(90000) | list | tojson(indent=30000) }}", id="levels of JSON"),
        pytest.param(r'{{ ("\n" * 90000) | indent(30000, true, true) }}', id="lines set in"),
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
        pytest.param('{{ ["a" * 100000] * 1000 }}', id="a list that is written out"),
        pytest.param('{{ ["a" * 100000, "a" * 1000000] | string }}', id="a list made a text"),
        pytest.param(
            '{% set n = namespace(x=["a"]) %}'
            "{% for a in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
            id="a list that holds itself twice",
        ),
        pytest.param(
            '{% set n = namespace(x={"a": "a"}) %}'
            '{% for a in range(99) %}{% set n.x = {"a": n.x, "b": n.x} %}{% endfor %}{{ n.x }}',
            id="a mapping that holds itself twice",
        ),
        pytest.param(
            "{% set n = namespace(x=[]) %}"
            "{% for a in range(9999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
            id="a list that is very deep",
        ),
        pytest.param(
            "{% set n = namespace(x=9) %}"
            "{% for a in range(99) %}{% set n.x = n.x * n.x %}{% endfor %}{{ n.x % 7 }}",
            id="a number that squares itself",
        ),
        pytest.param("{{ (1).to_bytes(1000000000) }}", id="a number made bytes"),
        pytest.param('{{ ("a".encode() * 1000000000) | length }}', id="repeated bytes"),
        pytest.param('{{ ("\t" * 90000).expandtabs(90000) }}', id="wide tabulators"),
        pytest.param('{{ ("a" * 90000).translate({97: "b" * 90000}) }}', id="translated"),
        pytest.param('{{ ("a" * 90000) | indent("x" * 90000) }}', id="indented"),
        pytest.param('{{ ("a " * 90000) | wordwrap(1, wrapstring="b" * 9000) }}', id="wrapped"),
        pytest.param(
            '{{ range(99999) | map("string") | map("center", 99999) | list | length }}',
            id="a list of wide texts",
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

    assert refused.value.place.startswith("templates/plain/page.mjml:2:")
    assert refused.value.remedy == "repeat less"


@pytest.mark.parametrize(
    ("source", "column"),
    [
        pytest.param("{% for a in [1] %}" * 25 + "{% endfor %}" * 25, 18 * 24 + 13, id="loops"),
        pytest.param("{% if 1 %}" * 150 + "{% endif %}" * 150, 10 * 149 + 4, id="conditions"),
        pytest.param("{{ " + "(" * 500 + "1" + ")" * 500 + " }}", 503, id="brackets"),
        pytest.param("{{ " + "not " * 900 + "1 }}", 1, id="operators"),
    ],
)
def test_what_is_too_deep_to_be_compiled_is_refused_where_it_is_deepest(theme, source, column):
    with pytest.raises(TemplateError, match="too deep in one another") as refused:
        theme(f"\n{source}")

    assert refused.value.place == f"templates/plain/page.mjml:2:{column}"
    assert refused.value.remedy == "write it flatter"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('{{ ""|attr("__class__") }}', id="a filter"),
        pytest.param('{{ [""] | map(attribute="__class__") | first }}', id="a filter of many"),
        pytest.param('{{ "{0.__class__}".format("") }}', id="a format"),
        pytest.param('{{ "{a.__class__}".format_map({"a": 1}) }}', id="a format of a mapping"),
        pytest.param("{{ thing.method.__func__.__globals__ }}", id="a method"),
        pytest.param("{{ cycler.__init__.__globals__ }}", id="a helper"),
        pytest.param("{{ self.__init__.__globals__ }}", id="the template"),
        pytest.param("{{ ().__class__.__bases__[0].__subclasses__() }}", id="all classes"),
        pytest.param('{{ (range(3) | map("string")).gi_frame.f_globals }}', id="a generator"),
    ],
)
def test_nothing_behind_the_values_is_within_reach(theme, source):
    class Thing:
        def method(self):
            return 1

    with pytest.raises(TemplateError):
        theme(source, thing=Thing())


def test_what_takes_too_long_is_refused_with_its_place(folder):
    clock = FakeClock()

    class Slow:
        @property
        def answer(self):
            clock.advance(0.5)
            return "x"

    (folder / "page.mjml").write_text(
        "{{ slow.answer }}\n{% for a in range(999) %}{{ slow.answer }}{% endfor %}"
    )

    with pytest.raises(TemplateError, match="rendering takes longer than 20 seconds") as refused:
        Templates([folder]).render_markup("page.mjml", {"slow": Slow()}, start(clock, 20))

    assert refused.value.place == "templates/plain/page.mjml:2:1"


def test_what_a_theme_needs_stays_allowed(theme):
    page = theme(
        '{% for a in names %}{{ loop.index }}/{{ loop.length }}{{ "," if not loop.last }}'
        '{% endfor %} {{ "-" * 3 }} {{ 2 ** 3 }} {{ "%d%%" % 5 }} {{ "%05d" | format(7) }} '
        '{{ names | join("+") }} {{ "a" ~ 1 ~ "<" }} {{ "{:>3}".format(1) }}',
        names=("x", "y"),
    )

    assert page == "1/2,2/2 --- 8 5% 00007 x+y a1&lt;   1"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("{{ words }}", id="an object"),
        pytest.param('{{ names | map("upper") }}', id="what is read once"),
        pytest.param("{{ names }}", id="a list"),
        pytest.param("{{ words.count }}", id="a method"),
    ],
)
def test_what_is_no_text_is_not_written(theme, source):
    """What Python shows of it may be another each time, and so would be the edition's hash."""
    with pytest.raises(TemplateError, match="no text") as refused:
        theme(f"one\n  {source}", words=UserString("x"), names=("x", "y"))

    assert refused.value.place == "templates/plain/page.mjml:2:3"


def test_each_rendering_counts_anew(theme):
    for _ in range(4):
        assert theme("{% for a in range(99999) %}{% endfor %}ok") == "ok"


def test_a_reader_may_write_numbers_and_braces(theme):
    text = "5% of 1000000, {x:99999} and * {"

    assert theme('{{ text | replace("of", "von") | indent }}{{ [text] | join }}', text=text) == (
        f"{text.replace('of', 'von')}{text}"
    )
