"""A command reads only the libraries it needs: each of these costs a tenth of a second."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.demo import make_sample_site
from tests.pictures import MONDAY

_REPORT = """
import sys
from pipeline.cli.main import main
sys.argv = ["mailbag", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    print(*sorted(name for name in sys.modules if "." not in name))
    sys.exit(end.code)
print(*sorted(name for name in sys.modules if "." not in name))
"""


def _libraries(site: Path, *arguments: str) -> set[str]:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _REPORT, "--site", str(site), *arguments],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    make_sample_site(tmp_path / "site", today=MONDAY.date(), port=1025)
    return tmp_path / "site"


def test_a_build_in_a_bare_clone_reads_neither_a_database_nor_a_network(
    site: Path, tmp_path: Path
) -> None:
    libraries = _libraries(site, "build", "--out", str(tmp_path / "out"))

    assert (tmp_path / "out" / "index.html").is_file()
    assert libraries & {"premailer", "mjml", "jinja2"} == {"premailer", "mjml", "jinja2"}
    assert libraries.isdisjoint({"sqlalchemy", "alembic", "requests", "asyncio", "starlette"})


def test_a_plan_without_a_ledger_reads_no_database(site: Path) -> None:
    libraries = _libraries(site, "plan")

    assert libraries.isdisjoint({"sqlalchemy", "alembic", "asyncio", "starlette"})
