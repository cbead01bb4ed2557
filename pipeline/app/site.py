"""Edge: a site's folder made into a wired whole."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline import shipped
from pipeline.audience import addresses, keys
from pipeline.audience.tokens import Keyring
from pipeline.clock import Clock, SystemClock
from pipeline.config.reading import FILE_NAME, PLACEHOLDER, Settings, read
from pipeline.config.sections import Approval, ImageDelivery
from pipeline.content import library, writing
from pipeline.content.images import ImageShelf
from pipeline.content.selection import SelectionRule
from pipeline.errors import ConfigError, DatabaseError
from pipeline.language.catalogues import Catalogues
from pipeline.language.words import Words
from pipeline.model.address import Address
from pipeline.rendering.options import RenderOptions
from pipeline.schedule import calendar
from pipeline.schedule.calendar import Schedule
from pipeline.store import opening
from pipeline.store.image_files import ImageFiles
from pipeline.store.opening import Store
from pipeline.workflow.workshop import Renderer, UsedUp, Workshop

#: The keys of ``[newsletter]`` that an edition shows, or is made by.
_SHOWN = frozenset(
    {"title", "from_", "reply_to", "base_url", "language", "timezone", "postal_address", "theme"}
)

#: Where images are kept under their hash; ``public`` is what a web server may give out as it is.
IMAGES = "public/images"

#: Written when the ledger is made; it lies with the keys, which stay on the machine as well.
_LEDGER_MARK = ".secrets/ledger-made"

#: What a key protects: its name in the ledger and in messages.
TOKEN_KEY, SUPPRESSION_KEY = "token", "suppression"


@dataclass(frozen=True)
class Site:
    """One newsletter on this machine."""

    settings: Settings
    clock: Clock

    @property
    def folder(self) -> Path:
        return self.settings.site

    @property
    def from_(self) -> Address:
        return addresses.parse(self.settings.document.newsletter.from_)

    @cached_property
    def schedule(self) -> Schedule:
        section = self.settings.document.schedule
        weekday, hour, minute = calendar.parse_at(section.at)
        return Schedule(
            weekday=weekday,
            hour=hour,
            minute=minute,
            zone=self.settings.document.newsletter.timezone,
            grace=section.grace,
        )

    @cached_property
    def theme_path(self) -> tuple[Path, ...]:
        """Where templates are looked for: the site's own, the shipped theme, what themes share.

        The site's folders need not be there; a process that lives long sees them come.
        """
        theme = self.settings.document.newsletter.theme
        own, themes = self.folder / "templates", shipped.themes()
        if theme not in themes and not (own / theme).is_dir():
            raise ConfigError(
                f"there is no theme {theme!r}",
                place=self.settings.place("newsletter", "theme"),
                remedy=f"known are {', '.join(themes)}, or make templates/{theme}/",
            )
        theirs = [shipped.templates() / theme] if theme in themes else []
        return (own / theme, own, *theirs, shipped.shared_templates())

    @cached_property
    def catalogues(self) -> Catalogues:
        """The words of the interface; the site's own go before those of the program."""
        return Catalogues(self.folder / "templates" / "locale")

    def words(self) -> Words:
        """Give the words of the newsletter's language."""
        return self.catalogues.words_of(self.settings.document.newsletter.language)

    @cached_property
    def render_options(self) -> RenderOptions:
        letter = self.settings.document.newsletter
        return RenderOptions(
            title=letter.title,
            from_=self.from_,
            reply_to=letter.reply_to or self.from_.addr_spec,
            base_url=letter.base_url,
            base_url_place=self.settings.place("newsletter", "base_url"),
            postal_address_place=self.settings.place("newsletter", "postal_address"),
            language=letter.language,
            catalogues=self.catalogues,
            timezone=letter.timezone,
            postal_address=letter.postal_address,
            clients=self.settings.document.checks.clients,
            attach_images=self.settings.document.images.delivery is ImageDelivery.ATTACHED,
        )

    @cached_property
    def image_shelf(self) -> ImageShelf:
        """The images of the content folder."""
        return ImageShelf(self.folder)

    @cached_property
    def image_files(self) -> ImageFiles:
        """The images that mails name, under their hash."""
        return ImageFiles(self.folder / IMAGES)

    @cached_property
    def workshop(self) -> Workshop:
        document = self.settings.document
        rule = document.selection
        return Workshop(
            folder=self.folder,
            title=document.newsletter.title,
            first_number=document.newsletter.first_number,
            zone=ZoneInfo(document.newsletter.timezone),
            words=self.words,
            rule=SelectionRule(
                count=rule.count,
                minimum=rule.minimum,
                order=rule.order,
                topic_limit=rule.topic_limit,
            ),
            schedule=self.schedule,
            approval_required=document.schedule.approval is Approval.REQUIRED,
            fail_on=document.checks.fail_on,
            levels=document.checks.levels,
            expire_after=self._expires,
            clock=self.clock,
            nonce=lambda: secrets.token_hex(16),
            renderer=self._renderer,
            render_inputs=self._render_inputs,
            image_files=self.image_files,
            image_bytes=self.image_shelf.bytes_of,
            used_up=self._used_up,
            cache=self.folder / ".cache" / "qas.json",
        )

    def _used_up(self, store: Store, number: int, now: datetime) -> tuple[UsedUp, ...]:
        from pipeline.app import used_up  # noqa: PLC0415 - it looks at sites itself

        return used_up.limits(self, store, number, now=now)

    def _expires(self, start: datetime) -> datetime:
        """A reader is given up after ``expire``, and always before the next issue."""
        following = calendar.next_slot(self.schedule, start).at
        return min(start + self.settings.document.delivery.expire, following)

    @cached_property
    def _renderers(self) -> dict[tuple[Path, ...], Renderer]:
        return {}

    def _renderer(self) -> Renderer:
        # Jinja remembers in which folder a name was found: one that comes or goes needs a new one.
        names = tuple(sorted((self.folder / "templates").rglob("*")))
        if names not in self._renderers:
            # Its libraries take half a second to import; `status` does without them.
            from pipeline.rendering.renderer import Renderer as Stage  # noqa: PLC0415

            self._renderers.clear()
            self._renderers[names] = Stage(
                self.theme_path, self.render_options, self.image_shelf.find, self.clock
            )
        return self._renderers[names]

    def _render_inputs(self) -> Mapping[str, str]:
        """Name what the site itself gives an edition besides its Q&As, with the hash of each.

        A key left at its default is not named, nor is a file of the shipped theme: those are the
        program's, and a new version of it voids no approval.
        """
        said = self.settings.document.newsletter.model_dump(
            include=set(_SHOWN), by_alias=True, exclude_defaults=True
        )
        inputs = {
            f"newsletter.toml, {key}": hashlib.sha256(str(value).encode()).hexdigest()
            for key, value in said.items()
        }
        # Written out where it is not the default, so that an older approval still holds.
        if self.render_options.attach_images:
            inputs["newsletter.toml, [images] delivery"] = hashlib.sha256(b"attached").hexdigest()
        for path in sorted((self.folder / "templates").rglob("*")):
            if path.is_file():
                inputs[path.relative_to(self.folder).as_posix()] = library.digest(path)
        return inputs

    def open_store(self) -> Store:
        """Open the ledger; the first time it is made.

        Raises DatabaseError when there was one: a disk that is not mounted looks like a new site,
        and a new ledger would have forgotten what was published and who left.
        """
        self._refuse_lost_ledger()
        url = self.settings.document.database.url
        store = opening.open_store(url, folder=self.folder, heed=self._heed)
        mark = self.folder / _LEDGER_MARK
        if not mark.exists() and mark.parent.is_dir():
            writing.write_text_atomically(mark, "A ledger was made for this site.\n")
        return store

    def store_if_there(self) -> Store | None:
        """Open the ledger if there is one; a bare clone on an editor's laptop has none."""
        self._refuse_lost_ledger()
        url = self.settings.document.database.url
        return opening.open_existing(url, folder=self.folder, heed=self._heed)

    @property
    def _heed(self) -> Callable[[datetime], None] | None:
        """Have whoever shares a database server go by its clock, whatever their own ones say."""
        return self.clock.heed if isinstance(self.clock, SystemClock) else None

    def _refuse_lost_ledger(self) -> None:
        url, folder = self.settings.document.database.url, self.folder
        if (folder / _LEDGER_MARK).exists() and not opening.is_there(url, folder=folder):
            raise DatabaseError(
                "the ledger of this site is gone",
                place=opening.place(url, folder=folder),
                remedy="mount its disk or bring back a backup; "
                f"only to begin with an empty one, remove {_LEDGER_MARK}",
            )

    @cached_property
    def token_keys(self) -> Keyring:
        """The keys that sign and check unsubscribe links."""
        section = self.settings.document.keys
        return Keyring(
            keys.read_key(self.settings.path(section.token_file)),
            tuple(keys.read_key(self.settings.path(name)) for name in section.old_token_files),
        )

    @cached_property
    def suppression_key(self) -> bytes:
        """The key that addresses on the suppression list are hashed with."""
        return keys.read_key(self.settings.path(self.settings.document.keys.suppression_file))

    def refuse_placeholders(self) -> None:
        """Refuse a real send while ``CHANGE-ME`` stands in the toml."""
        lines = self.settings.placeholders
        if lines:
            numbers = ", ".join(str(line) for line in lines)
            raise ConfigError(
                f"{PLACEHOLDER} still stands in {'line' if len(lines) == 1 else 'lines'} {numbers}",
                place=f"{FILE_NAME}:{lines[0]}",
                remedy="write what is true of your newsletter there",
            )

    def check_keys(self, store: Store) -> None:
        """Refuse keys that are missing or are not the ones this ledger knows.

        A token key may be rotated while the old one still verifies; the suppression key never,
        for with another one nobody on the list would be known again.
        """
        store.meta.remember_fingerprint(SUPPRESSION_KEY, keys.key_fingerprint(self.suppression_key))
        current, *older = self.token_keys.fingerprints
        store.meta.remember_fingerprint(TOKEN_KEY, current, successor_of=older)


def open_site(folder: Path, *, clock: Clock | None = None) -> Site:
    """Read the settings of a folder's site."""
    return Site(read(folder), clock or SystemClock())
