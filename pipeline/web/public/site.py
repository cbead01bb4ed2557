"""The public pages' view of a real site."""

import threading
from pathlib import Path

from pipeline.app.letters import SAMPLE_TOKEN
from pipeline.app.site import Site
from pipeline.audience.tokens import TEST_READER
from pipeline.errors import NotFoundError, TemplateError
from pipeline.language.catalogues import SHIPPED
from pipeline.language.words import Words
from pipeline.model.edition import Edition
from pipeline.rendering.pages import web_page
from pipeline.store.opening import Store
from pipeline.web import access
from pipeline.web.public.ports import TokenVerdict
from pipeline.workflow import looking

#: Pages that are kept made; one has some 30 KB.
_MOST_PAGES = 64


class LedgerSite:
    """Answers from the ledger and with the site's keys."""

    def __init__(self, site: Site, store: Store) -> None:
        self._site = site
        self._store = store
        # What was asked for lately: the bytes of an edition stay as they are.
        self._pages: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def title(self) -> str:
        return self._site.settings.document.newsletter.title

    def words(self) -> Words:
        try:
            return self._site.words()
        except TemplateError as error:
            # A slip in a catalogue must not keep readers from leaving.
            access.log.error("%s", error)
            return SHIPPED.words_of(self._site.settings.document.newsletter.language)

    @property
    def fingerprint(self) -> str:
        return self._site.token_keys.fingerprints[0]

    def reader_of(self, token: str) -> TokenVerdict:
        reader = self._reader(token)
        if reader is None:
            return TokenVerdict.UNKNOWN
        return TokenVerdict.TEST if reader == TEST_READER else TokenVerdict.VALID

    def unsubscribe(self, token: str) -> None:
        reader = self._reader(token)
        if reader is not None and reader != TEST_READER:
            self._store.subscribers.unsubscribe(reader, now=self._site.clock.now())

    def image(self, name: str) -> Path | None:
        return self._site.image_files.find(name)

    @property
    def is_listed(self) -> bool:
        return self._site.settings.document.web.search_engines

    def web_page(self, number: int) -> str | None:
        try:
            record = self._store.issues.get(number)
            # An issue may come back to bytes that it had before.
            name = f"{record.sha256} {record.revision}"
            page = self._pages.get(name)
            if page is None:
                edition = Edition.from_json(self._store.issues.edition(number, record.revision))
                page = web_page.render(
                    edition,
                    self._site.render_options,
                    listed=self.is_listed,
                    corrected_at=looking.corrected(self._store.issues.revisions(number)),
                )
                self._keep(name, page)
        except NotFoundError:
            return None
        return page

    def _keep(self, name: str, page: str) -> None:
        with self._lock:
            self._pages[name] = page
            if len(self._pages) > _MOST_PAGES:
                # The one that has been here longest.
                del self._pages[next(iter(self._pages))]

    def _reader(self, token: str) -> int | None:
        return TEST_READER if token == SAMPLE_TOKEN else self._site.token_keys.read(token)
