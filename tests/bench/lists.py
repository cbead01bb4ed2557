"""Readers by the million, frozen."""

import contextlib
from dataclasses import replace
from pathlib import Path

from pipeline.app import posting
from pipeline.app.site import open_site
from pipeline.delivery.report import RunReport
from pipeline.errors import RelayError
from pipeline.model.edition import Edition
from pipeline.model.record import IssueRecord
from pipeline.workflow import sending
from tests.bench.measuring import Cost, Watch


def freeze(folder: Path) -> Cost:
    """Begin the next issue and freeze it; nothing is handed over."""
    site = open_site(folder)
    with site.open_store() as store:
        post = posting.make_post(site, store, {})
        found: list[Cost] = []

        def stop_here(record: IssueRecord, edition: Edition) -> RunReport:
            found.append(watch.cost(record.candidates))
            raise RelayError("it is frozen")

        watch = Watch()
        with contextlib.suppress(RelayError):
            sending.send_now(site.workshop, replace(post, dispatch=stop_here), now=site.clock.now())
    return found[0]
