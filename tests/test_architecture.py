"""The manner of the house, where a tool can tell; who may import whom is import-linter's."""

import ast
from pathlib import Path

import pytest

_MODULES = sorted(Path("pipeline").rglob("*.py"))

#: What a module that touches the world imports. Commands are all edge, and do not say so.
_WORLD = {
    *("fcntl", "mailbox", "os", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl"),
    *("psycopg", "subprocess", "tempfile", "time"),
}


def imports(tree: ast.Module) -> set[str]:
    named = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    taken = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in named | taken}


@pytest.mark.parametrize("path", _MODULES, ids=str)
def test_module_says_what_it_is_about_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    said = ast.get_docstring(ast.parse(text)) or ""
    assert said or not text, "it has no docstring"
    assert len(text.splitlines()) <= 400, "it holds more than one noun"


@pytest.mark.parametrize("path", [it for it in _MODULES if "cli" not in it.parts], ids=str)
def test_module_that_touches_the_world_says_so(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    touched = imports(tree) & _WORLD
    said = (ast.get_docstring(tree) or "").startswith("Edge:")
    assert said or not touched, f"it imports {', '.join(sorted(touched))}"
