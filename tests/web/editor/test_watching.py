import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import watchfiles

from pipeline.web.editor import watching


class Seen:
    """Counts the changes and lets a test wait for the next."""

    def __init__(self) -> None:
        self._change = asyncio.Event()

    async def change(self) -> None:
        self._change.set()

    async def comes(self, *, after: Callable[[], object]) -> bool:
        self._change.clear()
        after()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._change.wait(), 10)
        return self._change.is_set()

    async def stays_away(self, *, after: Callable[[], object]) -> bool:
        self._change.clear()
        after()
        await asyncio.sleep(0.4)
        return not self._change.is_set()


@asynccontextmanager
async def watched(*paths: Path) -> AsyncIterator[Seen]:
    seen, stop = Seen(), asyncio.Event()
    task = asyncio.create_task(watching.watch(paths, seen.change, stop))
    await asyncio.sleep(0.2)  # until the watches stand
    try:
        yield seen
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "content" / "deep").mkdir(parents=True)
    (folder / "newsletter.toml").write_text("[newsletter]\n")
    (folder / "content" / "tea.md").write_text("tea")
    return folder


def replaced(path: Path, text: str) -> None:
    """Save as many editors do: a new file in the place of the old."""
    beside = path.with_name(".saving")
    beside.write_text(text)
    beside.replace(path)


def test_notices_whatever_happens_in_a_folder(site):
    content = site / "content"

    async def scene() -> None:
        async with watched(content) as seen:
            assert await seen.comes(after=lambda: (content / "tea.md").write_text("more tea"))
            assert await seen.comes(after=lambda: replaced(content / "tea.md", "other tea"))
            assert await seen.comes(after=lambda: (content / "deep" / "new.md").write_text("new"))
            assert await seen.comes(after=(content / "tea.md").unlink)

    asyncio.run(scene())


def test_follows_a_file_that_is_replaced_again_and_again(site):
    toml = site / "newsletter.toml"

    async def scene() -> None:
        async with watched(toml) as seen:
            assert await seen.comes(after=lambda: replaced(toml, "a = 1"))
            assert await seen.comes(after=lambda: replaced(toml, "a = 2"))
            assert await seen.comes(after=toml.unlink)
            assert await seen.comes(after=lambda: toml.write_text("a = 3"))

    asyncio.run(scene())


def test_does_not_care_for_what_lies_beside_a_file(site):
    async def scene() -> bool:
        async with watched(site / "newsletter.toml") as seen:
            return await seen.stays_away(after=lambda: (site / "mailbag.db").write_text("x"))

    assert asyncio.run(scene())


def test_notices_a_folder_that_comes_goes_and_comes_again(site):
    issues = site / "issues" / "fixed"

    def made() -> None:
        issues.mkdir(parents=True)

    async def scene() -> None:
        async with watched(issues) as seen:
            for _ in range(2):
                assert await seen.comes(after=made)
                await asyncio.sleep(0.4)  # until the new folder is watched itself
                assert await seen.comes(after=lambda: (issues / "0001.md").write_text("x"))
                assert await seen.comes(after=lambda: shutil.rmtree(issues.parent))
                await asyncio.sleep(0.4)

    asyncio.run(scene())


def test_polls_where_the_system_cannot_tell_of_changes(site, monkeypatch):
    asked: list[bool | None] = []
    real = watchfiles.awatch

    def no_inotify(*args, **options):
        asked.append(options["force_polling"])
        if not options["force_polling"]:
            raise OSError(28, "No space left on device")  # what a used up inotify says
        return real(*args, **options)

    monkeypatch.setattr(watchfiles, "awatch", no_inotify)

    async def scene() -> None:
        async with watched(site / "content") as seen:
            await asyncio.sleep(0.5)
            assert await seen.comes(after=lambda: (site / "content" / "new.md").write_text("new"))

    asyncio.run(scene())
    assert asked == [None, True]
