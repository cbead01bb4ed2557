"""The Nu HTML checker, which knows the HTML standard as browsers do; it is a program in Java."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.outside import need, need_npm


def check(pages: Mapping[str, str]) -> list[str]:
    """Give what it says of pages, its hints too, each after the page's name and line.

    All in one run: to start it takes seconds.
    """
    java, checker = need("java"), need_npm("vnu-jar/build/dist/vnu.jar")
    with tempfile.TemporaryDirectory() as folder:
        for name, page in pages.items():
            (Path(folder) / f"{name}.html").write_text(page, encoding="utf-8")
        ended = subprocess.run(  # noqa: S603 - a program of the tests
            [java, "-jar", checker, "--format", "json", "--exit-zero-always", folder],
            capture_output=True,
            check=True,
        )
    return [
        f"{Path(it['url']).stem}:{it.get('lastLine', 0)}: {it['message']}"
        for it in json.loads(ended.stderr)["messages"]
    ]
