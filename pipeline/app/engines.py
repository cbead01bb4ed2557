"""Who hands messages over: this process, or workers that are rung for."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline.app import posting
from pipeline.app.posting import Hooks
from pipeline.app.site import Site
from pipeline.config.sections import EngineKind
from pipeline.errors import ConfigError
from pipeline.store.opening import Store
from pipeline.workflow import ringing
from pipeline.workflow.doorbells import Doorbells
from pipeline.workflow.following import Following
from pipeline.workflow.workshop import Post


def has_workers(site: Site) -> bool:
    """Tell whether the toml leaves the sending to workers."""
    return site.settings.document.engine.kind is EngineKind.PROCRASTINATE


def check(site: Site) -> None:
    """Refuse an engine that is not installed."""
    try:
        import procrastinate  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            "workers need Procrastinate, which is not installed here"
            if error.name == "procrastinate"
            else f"workers need Procrastinate, which does not work here: {error}",
            place=site.settings.place("engine", "kind"),
            remedy="pip install 'mailbag[postgres]'",
        ) from error


def make_post(
    site: Site,
    store: Store,
    environment: Mapping[str, str],
    hooks: Hooks,
    *,
    detach: bool = False,
) -> Post:
    """Wire the delivery stage: it sends, or rings for workers and looks on.

    ``detach``: it does not look on.
    """
    if not has_workers(site):
        return posting.make_post(site, store, environment, hooks)
    doorbells = _doorbells(site, store)
    post = posting.make_post(site, store, environment, hooks, doorbells=doorbells)
    following = Following(
        store=store,
        doorbells=doorbells,
        clock=site.clock,
        ring=lambda number: ringing.ring_free(post, number, now=site.clock.now()),
        detach=detach,
        looking_after=lambda number: posting.looking_after(store, number, site.clock, hooks.stop),
        begins=hooks.begins,
        progress=hooks.progress,
        ends=hooks.ends,
        unattended=hooks.unattended,
    )
    return replace(post, dispatch=following, follows=True)


def _doorbells(site: Site, store: Store) -> Doorbells:
    check(site)
    from pipeline.engine.jobs import Bells  # noqa: PLC0415 - an extra
    from pipeline.store.postgres_database import PostgresDatabase  # noqa: PLC0415 - an extra

    assert isinstance(store.database, PostgresDatabase)  # noqa: S101 - the toml was checked
    bells = Bells(store.database)
    bells.make()
    return bells
