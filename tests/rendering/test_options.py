import subprocess
import sys
from dataclasses import replace

import pytest

from tests.rendering.letters import OPTIONS


def test_questions_go_to_the_reply_address():
    assert OPTIONS.ask_address == "questions@news.example"


def test_questions_go_to_the_sender_where_there_is_no_reply_address():
    assert replace(OPTIONS, reply_to="").ask_address == "letters@news.example"


def test_refuses_a_base_url_with_a_slash_at_its_end():
    with pytest.raises(ValueError, match="slash"):
        replace(OPTIONS, base_url="https://news.example/")


def test_importing_the_options_loads_no_compiler():
    heavy = "{'mjml', 'premailer', 'cssutils', 'lxml', 'markdown_it', 'nh3', 'jinja2'}"
    code = f"import sys, pipeline.rendering.options; print({heavy} & set(sys.modules))"

    loaded = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == "set()"
