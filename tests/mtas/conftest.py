"""The servers, each started once by a process that runs tests, when a test first needs it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from tests import postfix
from tests.mtas import dovecot, exim, opensmtpd, smtp_sink
from tests.mtas.arrivals import MailServer

_KINDS: dict[str, Callable[[], AbstractContextManager[MailServer]]] = {
    "smtp-sink": smtp_sink.running,
    "Postfix": postfix.running,
    "Exim": exim.running,
    "OpenSMTPD": opensmtpd.running,
    "Dovecot": dovecot.running,
}

Servers = Callable[[str], MailServer]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    running: dict[str, MailServer] = {}
    with ExitStack() as stack:

        def server(name: str) -> MailServer:
            if name not in running:
                running[name] = stack.enter_context(_KINDS[name]())
            return running[name]

        yield server
