"""Makes the package data of the client-support check anew.

    npm pack caniemail && tar xzf caniemail-*.tgz
    python -m tests.client_support.refresh package

Writes ``pipeline/rendering/client_support/data/caniemail.json``, and for the tests which page of
caniemail's tests each feature. A feature that is new has no detector yet: the tests name it, and
``pipeline/rendering/client_support/features.py`` takes it. The date in docs/reference/findings.md
is that of the data.
"""

import json
import sys
from pathlib import Path

from tests.client_support.reducing import pages_of, reduce

_ROOT = Path(__file__).parents[2]
_DATA = _ROOT / "pipeline/rendering/client_support/data/caniemail.json"
_PAGES = _ROOT / "tests/client_support/data/test-pages.json"


def main(package: Path) -> None:
    version = json.loads((package / "package.json").read_text())["version"]
    data = json.loads((package / "data/caniemail.json").read_text())
    _DATA.write_text(reduce(data, version))
    _PAGES.write_text(pages_of(data))
    sys.stdout.write(f"{_DATA}: {_DATA.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
