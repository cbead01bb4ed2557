"""What ours is compared with from npm: a compiler and a mail client."""

import shutil
import subprocess
from pathlib import Path

_NODE = Path(__file__).parent / "node"


def install(folder: Path) -> None:
    """Install them into a folder, each package by the hash in the lock."""
    folder.mkdir()
    for path in _NODE.glob("*.js*"):
        shutil.copy(path, folder)
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],  # noqa: S607 - the system's
        cwd=folder,
        stdout=subprocess.DEVNULL,
        timeout=300,
        check=True,
    )
