"""The access log: what was asked and answered, without secrets and without persons.

A path below ``/u/`` is a token and a token is a secret, so neither it nor a query is written;
the client's address is left to the proxy, which knows it and may need it.
"""

import logging
import re
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("mailbag.web")

#: Wherever it stands, however it is spelt: also below a proxy's prefix or after a typing mistake.
_TOKEN = re.compile(r"(?i)(/u/).*", re.DOTALL)


def redact(path: str) -> str:
    """Give a decoded path as it may be written down: on one line, without a token."""
    return quote(_TOKEN.sub(r"\1", path), errors="replace") + ("…" if _TOKEN.search(path) else "")


class AccessLog:
    """Writes one line for each request once its answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                log.info("%s %s %d", scope["method"], redact(scope["path"]), message["status"])
            await send(message)

        await self._app(scope, receive, noting)
