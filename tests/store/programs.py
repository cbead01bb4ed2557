"""Processes of their own, to be waited for or killed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


def start(program: str, *arguments: object, **pipes: Any) -> subprocess.Popen[str]:
    """Run a few lines of Python in a process of their own."""
    return subprocess.Popen(  # noqa: S603 - the program is the test's own
        [sys.executable, "-c", program, *map(str, arguments)],
        text=True,
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        **pipes,
    )
