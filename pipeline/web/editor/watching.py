"""Edge: notices when files are saved, made, replaced or removed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import aclosing
from pathlib import Path

import watchfiles
from watchfiles import Change

#: Milliseconds without a further change that end a batch, and the longest batch: an editor's save
#: is several changes within a few milliseconds.
_STEP, _DEBOUNCE = 25, 200

#: Milliseconds between two looks where the system cannot tell of changes.
_POLL_DELAY = 300

#: Seconds until a folder is looked for again that went away just now.
_PATIENCE = 0.2


async def watch(
    paths: Collection[Path], changed: Callable[[], Awaitable[None]], stop: asyncio.Event
) -> None:
    """Call ``changed`` after every change in the files and folders, until ``stop`` is set.

    A path may be missing, and may come and go. Folders are watched with all that is in them.
    """
    async with asyncio.TaskGroup() as tasks:
        for path in sorted({path.absolute() for path in paths}):
            tasks.create_task(_Watched(path).follow(changed, stop))


class _Watched:
    """One path, and the folder that tells of it.

    A file is watched by its folder: saving often replaces it, and a watch would go with the old
    one. What is missing is awaited in the nearest folder that is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._polling = False

    async def follow(self, changed: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            place = self._place()
            try:
                async with aclosing(self._changes(place, stop)) as batches:
                    async for batch in batches:
                        if any(self._concerns(Path(name)) for _, name in batch):
                            await changed()
                        if self._place() != place or (Change.deleted, str(place)) in batch:
                            break
            except FileNotFoundError:
                await asyncio.sleep(_PATIENCE)
            except (OSError, RuntimeError):
                # No inotify here, or all its watches are taken.
                self._polling = True
                await asyncio.sleep(_PATIENCE)

    def _place(self) -> Path:
        if self._path.is_dir():
            return self._path
        return next(folder for folder in self._path.parents if folder.is_dir())

    def _concerns(self, name: Path) -> bool:
        """Tell whether a changed path is ours, in ours, or on the way to it."""
        return name == self._path or self._path in name.parents or name in self._path.parents

    def _changes(
        self, place: Path, stop: asyncio.Event
    ) -> AsyncGenerator[set[tuple[Change, str]], None]:
        return watchfiles.awatch(
            place,
            watch_filter=None,
            recursive=place == self._path,
            debounce=_DEBOUNCE,
            step=_STEP,
            stop_event=stop,
            force_polling=self._polling or None,
            poll_delay_ms=_POLL_DELAY,
            ignore_permission_denied=True,
        )
