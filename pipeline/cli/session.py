"""Edge: what a command knows of where it was called."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.app.site import Site, open_site
from pipeline.clock import Clock, SystemClock
from pipeline.config.reading import find_site, named_site
from pipeline.store.opening import Store

#: More issues than any newsletter has.
_TOO_MANY = 10**9

_F = TypeVar("_F", bound=Callable[..., Any])


class Session:
    """The site of a command, opened when first asked for."""

    def __init__(self, folder: Path | None) -> None:
        #: The site that the person named, by ``--site`` or ``MAILBAG_SITE``.
        self.folder = folder
        self.clock: Clock = SystemClock()
        self.environment: Mapping[str, str] = os.environ

    @property
    def names_a_folder(self) -> bool:
        """Whether the person named the site, by ``--site`` or ``MAILBAG_SITE``."""
        return self.folder is not None

    @cached_property
    def site(self) -> Site:
        folder = named_site(self.folder) if self.folder else find_site(Path.cwd())
        return open_site(folder, clock=self.clock)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the ledger, made on first use, for the length of a command."""
        with self.site.open_store() as store:
            yield store

    @contextmanager
    def store_if_there(self) -> Iterator[Store | None]:
        """Open the ledger if there is one."""
        store = self.site.store_if_there()
        try:
            yield store
        finally:
            if store is not None:
                store.close()


def issue_number(text: str) -> int:
    """Read an issue's number, as a type of click's parameters."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < _TOO_MANY):
        raise click.BadParameter(f"{text!r} is no issue's number")
    return int(text)


pass_session = click.make_pass_decorator(Session)


def json_option(command: _F) -> _F:
    """``--json``: one JSON document on stdout, and nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def events_option(command: _F) -> _F:
    """``--events``: what happens, one JSON object a line on stderr."""
    return click.option(
        "--events", is_flag=True, help="Tell what happens, one JSON object a line on stderr."
    )(command)
