"""What is filled in when a mail is sent: a template writes it, and computes nothing with it."""

import pytest

from pipeline.errors import RenderError
from pipeline.rendering import personal
from tests.rendering.letters import READER, as_html, as_text
from tests.rendering.small_theme import SmallTheme

_WRITTEN = "{{ why }}"
_REFUSED = [
    "{{ address|upper }}",
    "{{ address|truncate(20) }}",
    "{{ address|truncate(20, true) }}",
    "{{ address|wordwrap(10) }}",
    "{{ address|first }}",
    "{{ address|length }}",
    "{{ address|list|join }}",
    "{{ address|replace('@', ' at ') }}",
    "{{ address|urlencode }}",
    "{{ 'to'|replace('o', address) }}",
    "{{ address[:5] }}",
    "{{ address[0] }}",
    "{{ address[-3:] }}",
    "{{ (address ~ '!')[:5] }}",
    "{{ address.split('@')[0] }}",
    "{{ address|attr('upper')() }}",
    "{{ [address]|map('upper')|join }}",
    "{{ [address]|map(attribute=0)|join }}",
    "{% for c in address %}{{ c }}{% endfor %}",
    "{% for c in [1, 2] if address[:5] %}{{ c }}{% endfor %}",
    "{% if address.endswith('.de') %}x{% endif %}",
    "{% if address == 'a@b.example' %}x{% endif %}",
    "{% if '@b.example' in address %}x{% endif %}",
    "{% if address is upper %}x{% endif %}",
    "{{ '%.9s'|format(address) }}",
    "{{ '%.9s' % address }}",
    "{{ '%(a).9s' % {'a': address} }}",
    "{{ '{:.9}'.format(address) }}",
    "{{ '{a:.9}'.format_map({'a': address}) }}",
    "{{ '{0[0]:.9}'.format([address]) }}",
    "{{ ''.join(address) }}",
    "{% macro m() %}{{ varargs[0] }}{% endmacro %}{{ m(*address) }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(address)|upper }}",
    "{% set x %}{{ address }}{% endset %}{{ x|upper }}",
    "{% filter upper %}{{ address }}{% endfilter %}",
    "{{ why|upper }}",
    "{{ why[:60] }}",
    "{{ unsubscribe_url|upper }}",
    "{{ unsubscribe_url|urlize }}",
    "{{ unsubscribe_url.replace('https', 'http') }}",
]
_ALLOWED = [
    "{{ address|e }}",
    "{{ address|safe }}",
    "{{ address|default('you') }}",
    "{{ address|trim }}",
    "{{ 'For ' ~ address }}",
    "{{ ['For', address]|join(' ') }}",
    "{{ 'For ' + address }}",
    "{% if address %}{{ address }}{% endif %}",
    "{% if address is defined %}{{ address }}{% endif %}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(address) }}",
    "{% set x %}{{ address }}{% endset %}{{ x }}",
    "{% for x in [address] %}{{ x }}{% endfor %}",
]


@pytest.mark.parametrize("written", _REFUSED)
@pytest.mark.parametrize("name", ["bottom.mjml", "issue.txt"])
def test_what_would_change_a_personal_value_is_refused_at_its_line(tmp_path, name, written):
    theme = SmallTheme(tmp_path)
    theme.override(name, _WRITTEN, f"{_WRITTEN}\n{written}")

    with pytest.raises(RenderError) as refused:
        theme.render()

    line = 6 if name == "bottom.mjml" else 3
    error = refused.value
    assert error.place.startswith(f"templates/classic/{name}:{line}:")
    assert error.message.endswith("which is filled in when the mail is sent")
    assert "as it is" in error.remedy


def test_the_place_of_the_value_is_told(tmp_path):
    theme = SmallTheme(tmp_path)
    theme.override("bottom.mjml", _WRITTEN, f"{_WRITTEN} {{{{ date }}}} {{{{ address|upper }}}}")

    with pytest.raises(RenderError) as refused:
        theme.render()

    assert str(refused.value).startswith(
        "templates/classic/bottom.mjml:5:49: 'upper' is asked of the 'address' of a reader, which"
        " is filled in when the mail is sent"
    )


@pytest.mark.parametrize("written", ["{{ mail_only|upper }}", "{{ end_mail_only[:8] }}"])
def test_a_mark_of_the_mail_is_no_text(tmp_path, written):
    theme = SmallTheme(tmp_path)
    theme.override("issue.txt", _WRITTEN, f"{_WRITTEN}\n{written}")

    with pytest.raises(RenderError, match=r"issue\.txt:3:.* 'mail_only', which is a mark"):
        theme.render()


@pytest.mark.parametrize("written", _ALLOWED)
@pytest.mark.parametrize("name", ["bottom.mjml", "issue.txt"])
def test_what_leaves_it_whole_is_filled_in(tmp_path, name, written):
    theme = SmallTheme(tmp_path)
    theme.override(name, _WRITTEN, f"\n[{written}]\n")

    edition = theme.render()

    if name == "issue.txt":
        text = edition.text.join(personal.for_text(**READER))
        assert "@@" not in text
        assert f"{READER['address']}]" in text
    else:
        assert f"{READER['address']}]" in as_html(edition)
        assert as_text(edition)


@pytest.mark.parametrize("width", [8, 20, 44])
def test_narrow_lines_leave_it_whole(tmp_path, width):
    theme = SmallTheme(tmp_path)
    theme.override("issue.txt", _WRITTEN, f"{{{{ why | wrap({width}) }}}}")

    assert READER["address"] in as_text(theme.render())


def test_an_attribute_may_hold_it(tmp_path):
    theme = SmallTheme(tmp_path)
    theme.override("bottom.mjml", _WRITTEN, '<a href="mailto:{{ address }}">me</a>')

    assert 'href="mailto:reader@mail.example"' in as_html(theme.render())


def test_a_reader_may_write_what_looks_like_a_mark(tmp_path):
    theme = SmallTheme(tmp_path)
    theme.override("bottom.mjml", _WRITTEN, f"{_WRITTEN} {{{{ ('@@' ~ 'f' * 32)|upper }}}}")

    assert "F" * 32 in as_html(theme.render())
