"""Mail servers that Debian does not install beside Postfix, unpacked by ``make mtas``."""

from pathlib import Path

from tests.outside import refuse

_ROOT = Path(__file__).parents[2] / "build" / "mtas" / "root"


def file(path: str) -> Path:
    """Give the path of a file out of a package, such as ``usr/sbin/exim4``."""
    found = _ROOT / path
    if not found.exists():
        refuse(f"{found.name} is not unpacked: make mtas")
    return found


def library_path() -> str:
    """Name the folders of shared libraries that came with the packages."""
    return ":".join(str(it) for it in sorted((_ROOT / "usr" / "lib").glob("*-linux-gnu*")))
