"""Edge: where themes, sample newsletter and manual lie, in a checkout or in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHARED = "shared"


def _tree(name: str) -> Path:
    """Find a top-level tree: beside the package in a checkout, inside it in a wheel."""
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def templates() -> Path:
    """The folder with one folder for each theme, and one for what they share."""
    return _tree("templates")


def shared_templates() -> Path:
    """The folder that every theme falls back to."""
    return templates() / _SHARED


def themes() -> tuple[str, ...]:
    """The names of the shipped themes."""
    folders = (path.name for path in templates().iterdir() if path.is_dir())
    return tuple(sorted(name for name in folders if name != _SHARED))


def manual() -> tuple[Path, ...]:
    """The pages of the documentation for those who use the program: tutorial, how-tos, reference.

    Each kind is in the order of its names.
    """
    docs = _tree("docs")
    kinds = ("how-to", "reference")
    return (
        docs / "tutorial.md",
        *(page for kind in kinds for page in sorted((docs / kind).glob("*.md"))),
    )


def content() -> Path:
    """The sample newsletter's Q&As."""
    return _tree("content")
