"""A bell that wakes everybody who waits for a new version."""

import asyncio


class Bell:
    """Holds the newest version; used within one event loop."""

    def __init__(self) -> None:
        self.version = ""
        self._rung = asyncio.Event()

    def ring(self, version: str) -> None:
        """Wake who waits, unless there is nothing new."""
        if version != self.version:
            self.version = version
            # Who waits holds the old event; who comes now gets a new one.
            self._rung.set()
            self._rung = asyncio.Event()

    async def next(self, seen: str) -> str:
        """Wait until there is another version than the one seen, and give it."""
        while self.version == seen:
            await self._rung.wait()
        return self.version
