"""Makes the package data of the client-support check anew.

    npm pack caniemail && tar xzf caniemail-*.tgz
    python -m tests.client_support.refresh package

Writes ``pipeline/rendering/data/caniemail.json``. A feature that is new in it has no detector yet:
the tests name it, and ``pipeline/rendering/client_support/features.py`` takes it.
"""

import json
import sys
from pathlib import Path

from tests.client_support.reducing import reduce

_TARGET = Path(__file__).parents[2] / "pipeline/rendering/data/caniemail.json"


def main(package: Path) -> None:
    version = json.loads((package / "package.json").read_text())["version"]
    data = json.loads((package / "data/caniemail.json").read_text())
    _TARGET.write_text(reduce(data, version))
    sys.stdout.write(f"{_TARGET}: {_TARGET.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
