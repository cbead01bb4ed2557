"""Who may speak to the editor's desk: only a page of its own, on this machine.

A random token in the address keeps other users and pages out; the list of hosts keeps out a page
whose name was made to point here (DNS rebinding); the origin keeps out a form on another page.
"""

import re
import secrets
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.web import headers

#: A host as RFC 3986, section 3.2.2, has it, with a port.
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", re.IGNORECASE)

_READING = frozenset({"GET", "HEAD"})


def refuse(
    method: str, hosts: Sequence[str], origins: Sequence[str], allowed: frozenset[str]
) -> tuple[int, str] | None:
    """Give status and sentence for a request whose headers will not do; None for a good one.

    ``hosts`` and ``origins`` are all values of these headers.
    """
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
        return 400, "The request names no host, or none that could be one."
    if hosts[0].lower() not in allowed:
        return 403, f"The desk answers only at {' and '.join(sorted(allowed))}."
    if method not in _READING and [origin.lower() for origin in origins] not in (
        [f"http://{host}"] for host in allowed
    ):
        return 403, "The request comes from another page."
    return None


class Guard:
    """Lets through what has a good host, a good origin and the token as its first folder."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: frozenset[str]) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope)
        refusal = refuse(scope["method"], said.getlist("host"), said.getlist("origin"), self._hosts)
        if refusal is None and not self._knows(scope["path"]):
            refusal = 404, "Open the address that `mailbag preview` has printed."
        if refusal is None:
            await self._app(scope, receive, send)
            return
        status, sentence = refusal
        guard = {**headers.COMMON, **headers.PRIVATE}
        await PlainTextResponse(sentence + "\n", status, headers=guard)(scope, receive, send)

    def _knows(self, path: str) -> bool:
        given = path.removeprefix("/").partition("/")[0].encode(errors="replace")
        return secrets.compare_digest(given, self._token)
