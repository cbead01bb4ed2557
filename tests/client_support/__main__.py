"""Says how well the client-support check knows what caniemail's test pages use.

python -m tests.client_support [FOLDER]   # FOLDER holds other pages of caniemail's
"""

import sys
from pathlib import Path

from tests.client_support import corpus


def main(arguments: list[str]) -> None:
    pages = corpus.read_folder(Path(arguments[0])) if arguments else corpus.vendored()
    verdict = corpus.judge(pages)
    lines = [
        f"pages             {verdict.pages}, and none that raises",
        f"features tested   {len(verdict.tested)}",
        _share("recall", verdict.recall if verdict.tested else None),
        *(f"  not named       {slug} on {page}" for page, slug in verdict.missed),
        f"reports           {len(verdict.reports)}, {len(verdict.judged)} judged by hand",
        _share("precision", verdict.precision if verdict.judged else None),
        *(f"  not used        {slug} on {page}" for page, slug in verdict.false),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _share(name: str, share: float | None) -> str:
    return f"{name:<17} " + ("nothing to tell it by" if share is None else f"{share:.1%}")


if __name__ == "__main__":
    main(sys.argv[1:])
