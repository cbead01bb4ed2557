"""The distribution: built from the checkout, installed elsewhere, and at work there."""

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.e2e.newsroom import clean_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip(
        *("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"),
        *("--wheel-dir", str(folder), str(ROOT)),
    )
    (found,) = folder.glob("*.whl")
    return found


def pip(*arguments: str) -> None:
    run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], cwd=ROOT)


def run(command: list[str], *, cwd: Path) -> str:
    done = subprocess.run(  # noqa: S603 - ourselves
        command,
        cwd=cwd,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel alone into a new virtual environment; give its folder of programs."""
    run([sys.executable, "-m", "venv", "--without-pip", str(folder)], cwd=folder.parent)
    python = folder / "bin" / "python"
    pip("--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    return folder / "bin"


def demonstrate(programs: Path, folder: Path) -> str:
    """Run the demo from an empty folder, away from the checkout."""
    empty = folder / "empty"
    empty.mkdir()
    return run([str(programs / "mailbag"), "demo", str(folder / "demo")], cwd=empty)


def check_demo(said: str, folder: Path) -> None:
    assert "25 planned = 25 accepted" in said
    assert "got 25 messages, then 0 more" in said
    assert len(list((folder / "demo" / "Maildir" / "new").iterdir())) == 25
    edition = (folder / "demo" / "edition" / "index.html").read_text(encoding="utf-8")
    assert "The Corner Office" in edition


def test_wheel_ships_the_theme_and_the_sample_newsletter(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    shipped = {name.removeprefix("pipeline/_shipped/") for name in names if "_shipped" in name}
    for folder in ("templates", "content"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert {path.relative_to(ROOT).as_posix() for path in files} <= shipped
    pages = (*(ROOT / "docs/reference").glob("*.md"), *(ROOT / "docs/how-to").glob("*.md"))
    manual = {f"docs/{path.parent.name}/{path.name}" for path in pages}
    assert "docs/reference/findings.md" in manual <= shipped
    assert {"docs/how-to/change-the-look.md", "docs/tutorial.md"} <= shipped
    catalogues = [path for path in (ROOT / "pipeline").rglob("*.po") if path.is_file()]
    assert len(catalogues) >= 4
    assert {path.relative_to(ROOT).as_posix() for path in catalogues} <= names
    assert "pipeline/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0].split("-")[0] for name in names} == {"pipeline", "mailbag"}
    assert not [name for name in names if re.search(r"(^|/)(test_|tests/|\.|__pycache__)", name)]


def test_wheel_names_what_it_needs_and_no_more_than_the_project_does(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        metadata = archive.read(name).decode()
    required = re.findall(r"^Requires-Dist: ([\w-]+)(.*)$", metadata, re.MULTILINE)
    needs = {name for name, rest in required if "extra ==" not in rest}
    optional = {name for name, rest in required if "extra ==" in rest}

    pinned = set(
        re.findall(r"^([\w-]+)==", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE)
    )

    assert {"jinja2", "premailer", "schedule", "sqlalchemy"} <= needs
    assert needs <= pinned
    assert optional == {"procrastinate", "psycopg"}


def test_demo_works_from_the_wheel_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    programs = install(wheel, tmp_path / "venv")
    # The libraries are lent by the environment of the tests, to be quick; the project itself is
    # not: a folder named in a .pth file has its own .pth files left unread, among them the one
    # that leads to the checkout. The long run below installs everything.
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + os.linesep)

    said = demonstrate(programs, tmp_path)

    at = run(
        [str(programs / "python"), "-c", "import pipeline; print(pipeline.__file__)"], cwd=tmp_path
    )
    assert Path(at.strip()).is_relative_to(packages)
    check_demo(said, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_demo_works_with_nothing_but_the_pinned_libraries(wheel: Path, tmp_path: Path) -> None:
    programs = install(wheel, tmp_path / "venv")
    pip(
        *("--python", str(programs / "python"), "install", "--quiet", "--require-hashes"),
        *("-r", str(ROOT / "requirements/run.txt")),
    )

    check_demo(demonstrate(programs, tmp_path), tmp_path)
