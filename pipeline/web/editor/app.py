"""Edge: the editor's desk: the next issue in a browser on this machine, always as the files are.

It only shows. Nothing that it answers changes anything.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from pipeline.errors import MailbagError
from pipeline.model.finding import Level
from pipeline.web import frames, headers
from pipeline.web.editor import state, watching
from pipeline.web.editor.bell import Bell
from pipeline.web.editor.guarding import Guard
from pipeline.web.editor.view import CLIP_BYTES, NEAR_CLIP_BYTES, Desk, DeskView
from pipeline.web.server import ENDING

#: Seconds between two questions to the desk without any file having changed: the ledger may
#: have, and a browser that is told the same version knows that the desk is still there.
_PULSE_SECONDS = 5


def desk_hosts(port: int) -> frozenset[str]:
    """Give the hosts by which a browser on this machine reaches a port."""
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"})


def create(
    desk: Desk, *, token: str, hosts: frozenset[str], paths: Collection[Path] = ()
) -> Starlette:
    """Make the app; its page is ``/{token}/``.

    ``hosts`` are the values of Host that it answers to (:func:`desk_hosts`); ``paths`` are
    watched while it runs.
    """
    pages = _Pages(desk)

    @contextlib.asynccontextmanager
    async def watched(_app: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        watcher = asyncio.create_task(watching.watch(paths, pages.changed, stop))
        yield
        stop.set()
        await watcher

    return Starlette(
        routes=[
            Route("/{token}/", pages.desk),
            Route("/{token}/mail", pages.mail),
            Route("/{token}/events", pages.events),
        ],
        middleware=[Middleware(Guard, token=token, hosts=hosts)],
        lifespan=watched,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A look at the desk, under the version that was asked for just before."""

    version: str
    view: DeskView

    @property
    def mail(self) -> str:
        """The name of the mail's bytes: as long as it stays, a frame need not load it again."""
        return hashlib.sha256((self.view.html + self.view.web).encode()).hexdigest()[:16]


class _Pages:
    """The answers, one method each, and the last look at the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen = _Seen("", DeskView())
        self._one_at_a_time = asyncio.Lock()
        self._bell = Bell()

    async def desk(self, request: Request) -> Response:
        """Show the page."""
        seen = await self._look()
        nonce = frames.new_nonce()
        html = frames.render(
            "desk.html",
            nonce=nonce,
            version=seen.version,
            mail=seen.mail,
            view=seen.view,
            state=state.parse(request.query_params),
            levels=tuple(Level),
            clip=CLIP_BYTES,
            near_clip=NEAR_CLIP_BYTES,
        )
        more = (
            f"script-src 'nonce-{nonce}'; connect-src 'self'; frame-src 'self'; form-action 'none'"
        )
        return HTMLResponse(html, headers=headers.own_page(nonce, more=more))

    async def mail(self, request: Request) -> Response:
        """Give the mail or the web page for a frame, in a sandbox even when it is opened alone."""
        # The page has just looked, and its frames ask for what it saw.
        asked_for = request.query_params.get("v") == self._seen.mail
        seen = self._seen if asked_for else await self._look()
        shown = state.parse(request.query_params)
        images = "data: cid: https:" if shown.images else "'none'"
        guard = {
            **headers.mail_page(images=images, more="frame-ancestors 'self'; sandbox"),
            **headers.PRIVATE,
            "X-Frame-Options": "SAMEORIGIN",
        }
        html = seen.view.web if shown.view is state.View.WEB else seen.view.html
        return HTMLResponse(html, headers=guard)

    async def events(self, request: Request) -> Response:
        """Tell the version now and at every change (server-sent events, HTML section 9.2)."""
        ending = request.scope.get("extensions", {}).get(ENDING) or asyncio.Event()
        return StreamingResponse(
            self._versions(ending),
            media_type="text/event-stream",
            headers={**headers.COMMON, **headers.PRIVATE},
        )

    async def changed(self) -> None:
        """Tell every open page when the desk looks different now."""
        self._bell.ring(await run_in_threadpool(self._version))

    async def _versions(self, ending: asyncio.Event) -> AsyncIterator[str]:
        # A page that lost the desk asks again after half a second.
        yield "retry: 500\n\n"
        ended = asyncio.create_task(ending.wait())
        try:
            while not ending.is_set():
                await self.changed()
                seen = self._bell.version
                yield f"data: {_one_line(seen)}\n\n"
                rung = asyncio.create_task(self._bell.next(seen))
                await asyncio.wait(
                    {rung, ended}, timeout=_PULSE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                rung.cancel()
        finally:
            ended.cancel()

    async def _look(self) -> _Seen:
        """Look at the desk, unless nothing has changed."""
        async with self._one_at_a_time:
            # The version first: a change between the two is then seen as one more.
            version = await run_in_threadpool(self._version)
            # An error may end without any file having changed: a busy database, a full disk.
            if version != self._seen.version or self._seen.view.error:
                self._seen = _Seen(version, await run_in_threadpool(self._view))
            return self._seen

    def _version(self) -> str:
        try:
            return _one_line(self._desk.version())
        except MailbagError as error:
            return _one_line(f"error: {error}")

    def _view(self) -> DeskView:
        try:
            return self._desk.look()
        except MailbagError as error:
            return DeskView(error=str(error))


def _one_line(version: str) -> str:
    return " ".join(version.split()) or "-"
