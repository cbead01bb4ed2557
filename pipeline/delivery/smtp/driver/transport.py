"""Edge: SMTP and LMTP as a transport: one synchronous call with an event loop of its own."""

import asyncio
from collections.abc import Callable

from pipeline.delivery.ports import Feed
from pipeline.delivery.smtp.driver.pool import Pool
from pipeline.delivery.smtp.options import SmtpOptions


class SmtpTransport:
    """Fits :class:`pipeline.delivery.ports.Transport`."""

    def __init__(self, options: SmtpOptions, *, now: Callable[[], float] | None = None) -> None:
        """``now`` is the clock of the time limits, in seconds; ``None``: the event loop's."""
        self._options = options
        self._now = now
        self._pool: Pool | None = None

    @property
    def doubt(self) -> int:
        return self._options.connections * self._options.window

    def run(self, feed: Feed) -> None:
        """Raises RelayError when messages are left that cannot be sent through this relay.

        The feed has them back then, so that they may go through another one.
        """
        asyncio.run(self._drive(feed))

    def wake(self) -> None:
        """Have pause and stop looked at now; any thread or signal handler may call it."""
        if self._pool is not None:
            self._pool.wake()

    async def _drive(self, feed: Feed) -> None:
        self._pool = Pool(self._options, feed, self._now)
        try:
            await self._pool.run()
        finally:
            self._pool = None
