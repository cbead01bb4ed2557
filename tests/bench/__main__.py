"""``python -m tests.bench``: measured figures beside their limits, as one JSON document.

Nothing here fails because of a figure: what a machine is slow at is for a reader to judge.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from tests.bench import figures_of_delivery, figures_of_lists, figures_of_rendering, table
from tests.bench.figures import QUICK, Figure, Size

Part = Callable[[Path, Size], Iterator[Figure]]

#: What ``--only`` takes.
PARTS: dict[str, tuple[Part, ...]] = {
    "rendering": (figures_of_rendering.editions, figures_of_rendering.compared),
    "delivery": (
        figures_of_lists.lists,
        figures_of_delivery.messages,
        figures_of_delivery.signed,
        figures_of_delivery.far,
        figures_of_delivery.limited,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; may come twice")
    parser.add_argument("--table", type=Path, metavar="FILE", help="show a document as Markdown")
    arguments = parser.parse_args()
    if arguments.table:
        try:
            document = json.loads(arguments.table.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            parser.error(f"{arguments.table} is no document of this program: {error}")
        print(table.markdown(document), end="")  # noqa: T201 - this is a program
        return
    size = QUICK if arguments.quick else Size()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="mailbag-bench-", ignore_cleanup_errors=True) as folder:
        figures = [
            figure.document()
            for name in arguments.only or PARTS
            for part in PARTS[name]
            for figure in part(Path(folder), size)
        ]
    document = {
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load_before": round(load, 2),
        },
        "sizes": asdict(size),
        "figures": figures,
    }
    print(json.dumps(document, indent=2))  # noqa: T201 - this is a program


if __name__ == "__main__":
    main()
