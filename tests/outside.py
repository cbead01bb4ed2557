"""What is not ours: a test that needs it is skipped without it, and fails in CI."""

import os
import shutil
from pathlib import Path

import pytest

#: Where `make node` puts what the tests take from npm.
_MODULES = Path(__file__).parent / "node" / "node_modules"


def need(program: str) -> str:
    """Give the path of a program; skip by its name where it is missing, fail where CI=true."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        refuse(f"{program} is not installed")
    assert found is not None
    return found


def need_npm(path: str) -> Path:
    """Give the path of a file that an npm package brings, such as ``axe-core/axe.min.js``."""
    found = _MODULES / path
    if not found.exists():
        refuse(f"{path.split('/', maxsplit=1)[0]} is not installed: make node")
    return found


def need_root(what: str) -> None:
    """Go on as root alone."""
    if os.geteuid() != 0:
        refuse(f"{what} needs root")


def refuse(reason: str) -> None:
    """Skip a test, or fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
