"""A real Chromium without a window: the system's, steered by Playwright.

Playwright's asynchronous interface runs on a loop of its own, only while a call lasts. The
synchronous one leaves its loop running in the thread, where no other could be started: the SMTP
driver's, for one.
"""

import asyncio
import io
import os
import re
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.async_api import Browser, BrowserContext, Route, async_playwright
from playwright.async_api import Page as Tab

from tests.outside import need

_PATIENCE_SECONDS = 30
_FONTS = Path(__file__).with_name("fonts.conf")
#: Narrower screens are telephones, which obey a page's ``<meta name="viewport">``.
_TELEPHONE = 480
#: What is not on this machine.
_ELSEWHERE = re.compile(r"^(?!(?:file|data|blob|about):|https?://127\.0\.0\.1[:/])")

_SWITCHES = (
    "--disable-gpu",
    # The same letters on every machine: no colour fringes, no hinting of the system's.
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    # What Chromium asks for by itself does not pass Playwright.
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

_SCHEMES: dict[bool | None, Literal["light", "dark", "null"]]
_SCHEMES = {False: "light", True: "dark", None: "null"}

# Playwright's own waiting is forbidden by the desk's Content-Security-Policy.
_TRUE_AT_LAST = """
new Promise(done => {
  const look = () => (%s) ? done() : setTimeout(look, 20);
  look();
})
"""


class Page:
    """What is looked at: one page at a time, in a window of any width."""

    def __init__(self, runner: asyncio.Runner, browser: Browser) -> None:
        self._runner, self._browser = runner, browser
        self._tabs: dict[bool, Tab] = {}
        self._tab: Tab | None = None
        self._refused: list[str] = []

    def look(self, url: str, *, width: int, height: int, dark: bool | None = False) -> None:
        """Open a page in a window of this size, and wait until nothing is missing from it.

        Without a word about ``dark`` the page is asked to be light, with ``None`` nothing is said.
        """
        self._do(self._look(url, width, height, dark=dark))
        self.assert_offline()

    def show(
        self,
        html: str,
        *,
        width: int,
        height: int = 800,
        dark: bool | None = False,
        alone: bool = True,
    ) -> None:
        """Show a page that is no file; one that is not ``alone`` may ask, but gets nothing."""
        self.look("about:blank", width=width, height=height, dark=dark)
        self._do(self._open.set_content(html))
        if alone:
            self.assert_offline()
        self._refused.clear()

    def wait_for(self, expression: str) -> None:
        """Wait until JavaScript says so."""
        self._do(self._wait_for(expression))

    def ask(self, expression: str, argument: Any = None) -> Any:
        """Evaluate JavaScript, a function with its argument, in the page; wait for a promise."""
        return self._do(self._open.evaluate(expression, argument))

    def ask_frame(self, expression: str, argument: Any = None) -> Any:
        """Evaluate JavaScript in the page's one frame, which may have none of its own."""
        (frame,) = self._open.main_frame.child_frames
        return self._do(frame.evaluate(expression, argument))

    def bring(self, script: str) -> None:
        """Run a script of somebody else's in the page, as if it had brought it along."""
        self._do(self._open.evaluate(f"{script}\n;null"))

    def print_it(self) -> None:
        """See the page as a printer does, until the next one is looked at."""
        self._do(self._open.emulate_media(media="print"))

    def picture(self, *, whole: bool = False) -> Image.Image:
        """Take a screenshot of the window, or of the whole page."""
        png = self._do(self._open.screenshot(full_page=whole, animations="disabled"))
        return Image.open(io.BytesIO(png)).convert("RGB")

    def assert_offline(self) -> None:
        """Fail where the page asked for something that is not on this machine; it got nothing."""
        refused, self._refused = self._refused, []
        assert refused == [], f"asked for {', '.join(refused)}"

    def close(self) -> None:
        self._do(self._browser.close())

    @property
    def _open(self) -> Tab:
        assert self._tab, "no page was looked at"
        return self._tab

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    async def _look(self, url: str, width: int, height: int, *, dark: bool | None) -> None:
        telephone = width < _TELEPHONE
        if telephone not in self._tabs:
            context = await self._browser.new_context(is_mobile=telephone)
            self._tabs[telephone] = await self._prepare(context)
        self._tab = self._tabs[telephone]
        await self._tab.set_viewport_size({"width": width, "height": height})
        await self._tab.emulate_media(media="screen", color_scheme=_SCHEMES[dark])
        await self._tab.goto(url)
        await self._tab.evaluate("document.fonts.ready.then(() => null)")

    async def _wait_for(self, expression: str) -> None:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._open.evaluate(_TRUE_AT_LAST % expression)

    async def _prepare(self, context: BrowserContext) -> Tab:
        async def refuse(route: Route) -> None:
            self._refused.append(route.request.url)
            await route.abort()

        context.set_default_timeout(1000 * _PATIENCE_SECONDS)
        await context.route(_ELSEWHERE, refuse)
        return await context.new_page()


@contextmanager
def chromium() -> Iterator[Page]:
    """Run Chromium for the length of the block; it reaches nothing but this machine."""
    program = need("chromium")
    with asyncio.Runner() as runner:
        playwright = runner.run(async_playwright().start())
        try:
            browser = runner.run(
                playwright.chromium.launch(
                    executable_path=program,
                    # Tests run as root in containers; the pages are our own.
                    chromium_sandbox=False,
                    args=[*_SWITCHES],
                    env={**os.environ, "FONTCONFIG_FILE": str(_FONTS)},
                    handle_sigint=False,
                )
            )
            page = Page(runner, browser)
            yield page
            page.close()
        finally:
            runner.run(playwright.stop())
