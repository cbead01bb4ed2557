import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.rendering.renderer import Renderer
from tests.factories import make_issue
from tests.rendering.letters import OPTIONS, THEME_PATH, render

CODE = "from tests.rendering.letters import render; print(render().sha256)"


def test_the_nonce_does_not_change_the_edition():
    renderer = Renderer(THEME_PATH, OPTIONS)

    editions = [renderer.render(make_issue(), nonce=digit * 32) for digit in "0af"]

    assert len({edition.to_json() for edition in editions}) == 1


@pytest.mark.parametrize(
    "surroundings",
    [
        pytest.param({"PYTHONHASHSEED": "0", "TZ": "UTC"}, id="one"),
        pytest.param({"PYTHONHASHSEED": "4242", "TZ": "Asia/Kathmandu"}, id="other seed and zone"),
        pytest.param({"LC_ALL": "C", "TZ": "America/St_Johns"}, id="other locale"),
    ],
)
def test_no_machine_changes_the_edition(surroundings, tmp_path):
    home = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(home), **surroundings}

    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", CODE],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == render().sha256


def test_a_word_more_changes_the_edition():
    assert render(make_issue(intro="Hello once again.")).sha256 != render().sha256
