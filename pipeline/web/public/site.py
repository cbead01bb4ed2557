"""The public pages' view of a real site."""

from pipeline.app.posting import SAMPLE_TOKEN
from pipeline.app.site import Site
from pipeline.audience.tokens import TEST_READER
from pipeline.errors import NotFoundError, TemplateError
from pipeline.language.catalogues import SHIPPED
from pipeline.language.words import Words
from pipeline.model.edition import Edition
from pipeline.store.opening import Store
from pipeline.web import access
from pipeline.web.public.ports import TokenVerdict


class LedgerSite:
    """Answers from the ledger and with the site's keys."""

    def __init__(self, site: Site, store: Store) -> None:
        self._site = site
        self._store = store

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

    def web_view(self, number: int) -> str | None:
        try:
            text = self._store.issues.edition(number)
        except NotFoundError:
            return None
        return Edition.from_json(text).html.public()

    def _reader(self, token: str) -> int | None:
        return TEST_READER if token == SAMPLE_TOKEN else self._site.token_keys.read(token)
