"""Edge: the public pages: unsubscribing after RFC 8058, an issue's page, and its images.

A token is a secret and tells who somebody is: it is in no page, no log, no cookie and no redirect,
and no answer tells whether it was good. GET changes nothing, because mail scanners follow links.
"""

import asyncio

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)
from starlette.routing import Route

from pipeline.errors import MailbagError
from pipeline.model.image import is_name, kind_of
from pipeline.web import access, frames, headers
from pipeline.web.public import one_click, phrases
from pipeline.web.public.phrases import Notice
from pipeline.web.public.ports import PublicSite, TokenVerdict

#: Seconds a body may take; the right ones fit into one packet.
_BODY_SECONDS = 10

#: What 503 tells to wait, in seconds; longer than a busy database is.
_RETRY_AFTER = "60"

#: A token has some 60 characters; a longer one is none, and nobody needs to look.
_TOKEN_LENGTH = 512

#: Digits of an issue's number; what the ledger can hold is far more.
_NUMBER_LENGTH = 9


def create(site: PublicSite) -> Starlette:
    """Make the app of a site's public pages."""
    pages = _Pages(site)
    app = Starlette(
        routes=[
            Route("/u/{token}", pages.unsubscribe, methods=["GET", "POST"]),
            Route("/issues/{number}", pages.issue),
            Route("/images/{name}", pages.image),
            Route("/.well-known/mailbag", pages.identity),
            Route("/healthz", pages.health),
        ],
        middleware=[Middleware(access.AccessLog)],
        exception_handlers={
            HTTPException: pages.refuse,
            MailbagError: pages.unavailable,
            Exception: pages.broken,
        },
    )
    # A redirect from /u/token/ would be one that RFC 8058, section 3.1, forbids.
    app.router.redirect_slashes = False
    return app


class _Pages:
    """The answers, one method each."""

    def __init__(self, site: PublicSite) -> None:
        self._site = site
        self._phrases = phrases.choose(site.words())

    def _page(
        self,
        notice: Notice,
        status: int = 200,
        *,
        note: str = "",
        button: bool = False,
        more: dict[str, str] | None = None,
    ) -> Response:
        nonce = frames.new_nonce()
        forms = "form-action 'self'" if button else "form-action 'none'"
        html = frames.render(
            "public.html",
            nonce=nonce,
            phrases=self._phrases,
            title=self._site.title,
            notice=notice,
            note=note,
            button=button,
        )
        return HTMLResponse(
            html, status, headers={**headers.own_page(nonce, more=forms), **(more or {})}
        )

    async def unsubscribe(self, request: Request) -> Response:
        """GET shows the button, POST is what it does; a mail program's one click is the same."""
        token = request.path_params["token"]
        say = self._phrases
        if request.method == "POST" and (refusal := await _refusal_of(request)):
            # The button is on this page too: whoever came here meant to leave.
            # A body that was not read to its end is not waited for.
            more = {} if refusal == 400 else {"Connection": "close"}
            return self._page(say.not_asked, refusal, button=True, more=more)
        verdict = await run_in_threadpool(self._judge, token)
        test = verdict is TokenVerdict.TEST
        if request.method != "POST":
            return self._page(say.leave, note=say.test if test else say.nothing_yet, button=True)
        if len(token) <= _TOKEN_LENGTH:
            await run_in_threadpool(self._site.unsubscribe, token)
        return self._page(say.test_left if test else say.left)

    def _judge(self, token: str) -> TokenVerdict:
        if len(token) > _TOKEN_LENGTH:
            return TokenVerdict.UNKNOWN
        return self._site.reader_of(token)

    async def issue(self, request: Request) -> Response:
        """Show the issue that everybody got, without what was for one of them."""
        number = _number(request.path_params["number"])
        html = await run_in_threadpool(self._site.web_page, number) if number else None
        if html is None:
            raise HTTPException(404)
        more = {"Cache-Control": "public, max-age=300"}
        if not self._site.is_listed:
            more["X-Robots-Tag"] = "noindex"
        return HTMLResponse(html, headers={**headers.mail_page(), **more})

    async def image(self, request: Request) -> Response:
        """Give an image that a mail names; its name is its hash, so it never changes."""
        name = request.path_params["name"]
        path = await run_in_threadpool(self._site.image, name) if is_name(name) else None
        if path is None:
            raise HTTPException(404)
        return FileResponse(path, media_type=kind_of(name).media_type, headers=headers.LASTING)

    async def identity(self, request: Request) -> Response:  # noqa: ARG002 - a route takes it
        """Tell whose pages these are, so that a sender knows that its links lead here."""
        return JSONResponse(
            {"mailbag": self._site.fingerprint}, headers={**headers.COMMON, **headers.PRIVATE}
        )

    async def health(self, request: Request) -> Response:  # noqa: ARG002 - a route takes it
        """Tell that the process answers; the ledger is not asked."""
        return PlainTextResponse("ok\n", headers={**headers.COMMON, **headers.PRIVATE})

    async def refuse(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 - a handler takes both
        status, more = (
            (error.status_code, dict(error.headers or {}))
            if isinstance(error, HTTPException)
            else (500, {})
        )
        notice = self._phrases.not_allowed if status == 405 else self._phrases.not_found
        return self._page(notice, status, more=more)

    async def unavailable(self, request: Request, error: Exception) -> Response:
        """Say that it was not done; a mail program tries again, and a person is asked to."""
        token = request.path_params.get("token", "")
        sentence = str(error).replace(token, "…") if token else str(error)
        path = access.redact(request.scope["path"])
        access.log.error("%s %s: %s", request.method, path, sentence)
        more = {"Retry-After": _RETRY_AFTER}
        return self._page(
            self._phrases.unavailable, 503, button=request.method == "POST", more=more
        )

    async def broken(self, request: Request, error: Exception) -> Response:  # noqa: ARG002 - a handler takes both
        # Starlette raises the error again behind this answer, so the server logs it.
        return self._page(self._phrases.broken, 500)


async def _refusal_of(request: Request) -> int | None:
    """Read a POST's body; give the status that refuses it, or None when it asks to unsubscribe."""
    body = b""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > one_click.LIMIT:
                    return 413
    except TimeoutError:
        return 408
    except ClientDisconnect:
        return 400
    return None if one_click.asks(request.headers.get("content-type", ""), body) else 400


def _number(text: str) -> int:
    """Read an issue's number as links have it; 0 when it is none."""
    plain = text.isascii() and text.isdigit() and len(text) <= _NUMBER_LENGTH
    return int(text) if plain and not text.startswith("0") else 0
