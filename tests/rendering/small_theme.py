"""A theme of few words, for tests that name places in it."""

from pathlib import Path

from pipeline.model.edition import Edition
from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.rendering.letters import NONCE, OPTIONS, make_letter

FILES = {
    "issue.mjml": """\
<mjml lang="{{ language }}" dir="{{ direction }}">
  <mj-head>
    {% include "head.mjml" %}
  </mj-head>
  <mj-body background-color="#ffffff">
    {% include "top.mjml" %}
    {% for qa in qas %}
    {% include "qa.mjml" %}
    {% endfor %}
    {% include "bottom.mjml" %}
  </mj-body>
</mjml>
""",
    "head.mjml": """\
<mj-title>{{ subject }}</mj-title>
<mj-attributes>
  <mj-all font-family="Georgia, serif" />
  <mj-class name="wide" padding="0 24px" />
  <mj-class name="dark" color="#000000" />
  <mj-button
    inner-padding="15px 30px"
    font-size="16px"
    align="{{ start }}"
  />
</mj-attributes>
<mj-style>
.rule { border-top: 1px solid #d8d0c2; }
</mj-style>
""",
    "top.mjml": """\
{# Überschrift #}
<mj-section>
  <mj-column>
    <mj-text align="center" padding="12px 24px 0" mj-class="wide">
      <h1>{{ masthead }}</h1>
      <p>Grüße &ndash; 👩‍💻<br>{{ date }} &copy; {% if intro %}{{ intro }}{% endif %}</p>
    </mj-text>
    <mj-image src="https://news.example/logo.png" alt="" width="100px" />
  </mj-column>
</mj-section>
""",
    "qa.mjml": """\
{% from "macros.mjml" import line %}
<mj-section>
  <mj-column>
    <mj-text>
      <h2>{{ qa.title }}</h2>
      {{ line(qa.asks, "rtl") }}
      {{ qa.question.body }}{{ qa.answer.body }}
    </mj-text>
  </mj-column>
</mj-section>
""",
    "macros.mjml": """\
{% macro line(text, way) %}
<p class="line"{% if way %} dir="{{ way }}"{% endif %}>{{ text }}</p>
{% endmacro %}
""",
    "bottom.mjml": """\
<mj-section>
  <mj-column>
    <mj-button href="{{ ask_url }}">{{ words.ask }}</mj-button>
    <mj-text>
      {{ mail_only }}<p>{{ why }} <a href="{{ unsubscribe_url }}">x</a></p>{{ end_mail_only }}
    </mj-text>
  </mj-column>
</mj-section>
""",
    "issue.txt": """\
{{ masthead }}
{{ mail_only }}{{ why }}
{{ unsubscribe_url }}{{ end_mail_only }}
""",
}


class SmallTheme:
    """A site with a theme of its own, and a shipped one behind it."""

    def __init__(self, folder: Path) -> None:
        """Lay both out in a folder."""
        self.own = folder / "templates" / "classic"
        self.shipped = folder / "shipped" / "classic"
        self.own.mkdir(parents=True)
        self.shipped.mkdir(parents=True)
        for name, source in FILES.items():
            (self.shipped / name).write_text(source)

    def override(self, name: str, old: str, new: str) -> None:
        """Give the site a file of its own: the shipped one, changed."""
        source = (self.shipped / name).read_text()
        assert source.count(old) == 1
        (self.own / name).write_text(source.replace(old, new))

    def change(self, name: str, old: str, new: str) -> None:
        """Change the shipped file itself."""
        source = (self.shipped / name).read_text()
        assert source.count(old) == 1
        (self.shipped / name).write_text(source.replace(old, new))

    @property
    def renderer(self) -> Renderer:
        return Renderer([self.own, self.own.parent, self.shipped], OPTIONS)

    def render(self) -> Edition:
        issue = make_issue(qas=(make_letter(), make_letter("And I?", slug="b")), intro="Hello")
        return self.renderer.render(issue, nonce=NONCE)
