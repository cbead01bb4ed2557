"""Edge: the desk's view of a real site: the next issue, made anew at each look."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.app import letters
from pipeline.app.site import Site
from pipeline.config.reading import FILE_NAME, read
from pipeline.errors import MailbagError
from pipeline.model.edition import Edition
from pipeline.rendering import personal
from pipeline.rendering.pages import web_page
from pipeline.store.location import beside, database_file, is_server
from pipeline.web.editor.view import DeskView
from pipeline.workflow import checking, editing, illustrating, planning, revising
from pipeline.workflow.workshop import Workshop


class SiteDesk:
    """Looks at a site's files; a faulty toml or template is a view with an error in it."""

    def __init__(self, site: Site, revises: int | None = None) -> None:
        """Look at the next issue, or at a paused one that is to be revised."""
        self._site = site
        self._revises = revises
        self._toml_seen = _stamp(site.folder / FILE_NAME)
        self._lock = threading.Lock()

    def paths(self) -> tuple[Path, ...]:
        """What is watched for changes."""
        folder = self._site.folder
        own = [folder / name for name in ("content", "templates", "issues", FILE_NAME)]
        # A shipped theme is watched too: in a checkout somebody may be working on it.
        return tuple(dict.fromkeys([*own, *self._site.theme_path]))

    def version(self) -> str:
        """Name what is on the disk, by the time and size of every file."""
        database = self._site.settings.document.database.url
        paths = self.paths()
        if not is_server(database):
            # An approval or a send changes the ledger, and with it what is next.
            ledger = database_file(database, folder=self._site.folder)
            paths = (*paths, ledger, beside(ledger, "-wal"))
        return f"{hash(tuple(_stamps(paths))):x}"

    def look(self) -> DeskView:
        """Plan and render the issue as a send would."""
        with self._lock:
            self._reread()
            site = self._site
        try:
            return _view(site, self._revises)
        except MailbagError as error:
            return DeskView(title=site.workshop.title, error=str(error))

    def _reread(self) -> None:
        """Take a changed toml into account; a faulty one raises and is shown."""
        stamp = _stamp(self._site.folder / FILE_NAME)
        if stamp != self._toml_seen:
            self._site = Site(read(self._site.folder), self._site.clock)
            self._toml_seen = stamp


def _view(site: Site, revises: int | None) -> DeskView:
    shop, now = site.workshop, site.clock.now()
    store = site.store_if_there()
    try:
        revised = revising.prepare(shop, store, revises) if store and revises else None
        plan = revised.prepared.plan if revised else planning.plan(shop, store, now=now)
        due = shop.today(plan.slot.at)
        base = DeskView(
            title=shop.title,
            number=plan.number,
            slot_text=f"{due:%A}, {due.day} {due:%B %Y, %H:%M} ({shop.zone.key})",
            sender=site.from_.display_name or shop.title,
            findings=checking.of_plan(shop, plan),
            chosen=tuple((choice.qa.slug, choice.why) for choice in plan.selection.chosen),
            passed=tuple((passed.slug, passed.why) for passed in plan.selection.passed),
            assumptions=plan.assumptions,
        )
        try:
            prepared = revised.prepared if revised else editing.prepare(shop, store, plan)
        except MailbagError as error:
            return _with(base, error=str(error))
        edition = prepared.edition
        values = letters.sample_values(site)
        source = edition.html.join(personal.for_html(**values))
        images = _embedded(shop, edition)
        html = edition.html_with(images).join(personal.for_html(**values))
        message = letters.sample_message(site, edition, now=edition.slot)
        approved = plan.issue_file.approved if plan.issue_file else None
        if revised:
            approved = revised.before.sha256
        elif prepared.is_approved:
            approved = edition.sha256
        return _with(
            base,
            subject=edition.subject,
            preheader=edition.preheader,
            html=html,
            web=web_page.render(
                edition,
                site.render_options,
                listed=site.settings.document.web.search_engines,
                images=images,
                corrected_at=now if revised and revised.differs else None,
            ),
            text=edition.text.join(personal.for_text(**values)),
            source=source,
            message=message.decode("ascii", "replace"),
            findings=(*base.findings, *checking.of_edition(prepared, base.findings)),
            sha256=edition.sha256,
            html_bytes=edition.html_bytes,
            approved_sha256=approved or "",
            is_revision=revised is not None,
        )
    finally:
        if store is not None:
            store.close()


def _embedded(shop: Workshop, edition: Edition) -> dict[str, str]:
    """Give the images as data: nothing is kept for a look, and a sandbox loads nothing."""
    data = illustrating.load(shop, edition)
    return {
        image.url: f"data:{image.kind.media_type};base64,{b64encode(data[image.url]).decode()}"
        for image in edition.images
    }


def _with(view: DeskView, **changes: object) -> DeskView:
    return replace(view, **changes)  # type: ignore[arg-type] # the fields are named above


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path} -"
    return f"{path} {found.st_mtime_ns} {found.st_size}"


def _stamps(paths: tuple[Path, ...]) -> Iterator[str]:
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            yield _stamp(file)
