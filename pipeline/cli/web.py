"""Commands that answer browsers: ``preview`` and ``serve``."""

import logging
import secrets
import sys

import click

from pipeline.cli.session import Session, issue_number, pass_session
from pipeline.web import server


@click.command("preview")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
@click.option(
    "--issue",
    "number",
    type=issue_number,
    metavar="N",
    help="A paused issue, as it would be revised; else the next one.",
)
@pass_session
def preview_command(session: Session, port: int, number: int | None) -> None:
    """Show the next issue in a browser, as it would go out; it reloads by itself."""
    from pipeline.web.editor import app, desk  # noqa: PLC0415 - only this command needs them

    site = session.site
    if number is not None:
        with session.store() as store:
            store.issues.revisable(number)
    view = desk.SiteDesk(site, number)
    listener = server.listen("127.0.0.1", port, place="--port")
    found = server.port_of(listener)
    token = secrets.token_urlsafe(16)
    page = app.create(view, token=token, hosts=app.desk_hosts(found), paths=view.paths())

    def ready() -> None:
        click.echo(f"http://127.0.0.1:{found}/{token}/")
        click.echo("Ctrl-C ends it.", err=True)

    server.serve(page, listener, on_ready=ready)


@click.command("serve")
@click.option("--host", help="Instead of [web] host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of [web] port.")
@pass_session
def serve_command(session: Session, host: str | None, port: int | None) -> None:
    """Answer unsubscribe links and show sent issues: what the links in the mails lead to."""
    from pipeline.web.public import app, site  # noqa: PLC0415 - only this command needs them

    section = session.site.settings.document.web
    # One line an answer, without tokens; a supervisor keeps what stands on stderr.
    logging.basicConfig(format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("mailbag.web").setLevel(logging.INFO)
    with session.store() as store:
        session.site.check_keys(store)
        public = app.create(site.LedgerSite(session.site, store))
        listener = server.listen(
            host or section.host, section.port if port is None else port, place="[web] port"
        )
        name = server.authority(host or section.host, server.port_of(listener))
        server.serve(
            public,
            listener,
            on_ready=lambda: click.echo(f"Serving on http://{name}", err=True),
            trusted_proxies=section.trusted_proxies,
        )
