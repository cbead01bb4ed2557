"""Edge: where the themes and the sample newsletter lie, in a checkout or in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _tree(name: str) -> Path:
    """Find a top-level tree: beside the package in a checkout, inside it in a wheel."""
    inside = _PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def templates() -> Path:
    """The folder with one folder for each theme."""
    return _tree("templates")


def content() -> Path:
    """The sample newsletter's Q&As."""
    return _tree("content")
