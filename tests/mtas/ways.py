"""Ways to a real server."""

from itertools import count
from typing import Any

from pipeline.delivery.smtp.driver.transport import SmtpTransport
from tests.faults.mailing import PATIENT
from tests.mtas.arrivals import MailServer
from tests.sending import options

_numbers = count(1)


def new_domain() -> str:
    """Make up a domain for a test's readers: the servers keep what they get."""
    return f"mail-{next(_numbers)}.example"


def lead_to(server: MailServer, **changes: Any) -> SmtpTransport:
    """Give a transport to a server, with the patience that a busy machine needs."""
    settings = {"port": server.port, "kind": server.kind, "timeouts": PATIENT, **changes}
    return SmtpTransport(options(**settings))
