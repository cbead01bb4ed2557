"""The Nu HTML checker, which knows the HTML standard as browsers do; it is a program in Java."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.outside import need, need_npm


def check(pages: Mapping[str, str]) -> list[str]:
    """Give what is wrong in pages, errors and warnings, each after the page's name and line.

    All in one run: to start it takes seconds.
    """
    java, checker = need("java"), need_npm("vnu-jar/build/dist/vnu.jar")
    with tempfile.TemporaryDirectory(prefix="mailbag-pages-") as name:
        for title, page in pages.items():
            (Path(name) / f"{title}.html").write_text(page, encoding="utf-8")
        said = subprocess.run(  # noqa: S603 - a program of the system
            [java, "-jar", str(checker), "--format", "json", "--exit-zero-always", name],
            capture_output=True,
            timeout=120,
            check=True,
        ).stderr
    return [
        f"{Path(it['url']).stem}:{it.get('lastLine', 0)}: {it['message']}"
        for it in json.loads(said)["messages"]
    ]
