"""A browser of one page: asks an app without a socket."""

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


def ask(app: ASGIApp, method: str, path: str, **more: Any) -> httpx.Response:
    """Send one request to the app; an error in it is answered as the app answers it."""

    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://news.example") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asking())
