"""Edge: asks ``base_url`` whether the links in the mails would lead to this site."""

import contextlib
import http.client
import json
import socket
import ssl
import threading
from urllib.parse import urlsplit

from pipeline.errors import LinkError

#: Where the public pages name their key; its fingerprint is no secret.
WELL_KNOWN = "/.well-known/mailbag"

_SECONDS = 10.0
_LIMIT = 4096


def check_links(base_url: str, fingerprint: str, *, ca_file: str | None = None) -> None:
    """Refuse when ``base_url`` does not answer with this site's key fingerprint.

    TLS is verified, redirects are not followed (RFC 8058, section 3.1, forbids them for
    one-click), and 10 seconds are enough. A mail whose unsubscribe link is dead costs more
    reputation than a late one.
    """
    place = f"[newsletter] base_url, {base_url}{WELL_KNOWN}"
    remedy = (
        "run `mailbag serve` behind this address; "
        "verify_links = false skips the check, for a rehearsal"
    )
    url = urlsplit(base_url)
    try:
        status, body = _get(base_url, ca_file)
    except (OSError, http.client.HTTPException, ssl.SSLError) as error:
        raise LinkError(
            f"the unsubscribe links would be dead: {url.netloc} does not answer ({error})",
            place=place,
            remedy=remedy,
        ) from error
    if status != http.client.OK:
        moved = " (a redirect is not followed)" if 300 <= status < 400 else ""
        raise LinkError(
            f"the unsubscribe links would be dead: the answer is {status}{moved}",
            place=place,
            remedy=remedy,
        )
    if _fingerprint(body) != fingerprint:
        raise LinkError(
            "another site, or one with another key, answers there",
            place=place,
            remedy="let `mailbag serve` use this site's .secrets/token.key",
        )


def _get(base_url: str, ca_file: str | None) -> tuple[int, bytes]:
    url = urlsplit(base_url)
    host = url.hostname or ""
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        context = ssl.create_default_context(cafile=ca_file)
        connection = http.client.HTTPSConnection(host, url.port, timeout=_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(host, url.port, timeout=_SECONDS)
    # A timeout alone is for one read; a server that drips would hold a send for hours.
    alarm = threading.Timer(_SECONDS, _hang_up, [connection])
    alarm.start()
    try:
        connection.request("GET", url.path + WELL_KNOWN, headers={"Accept": "application/json"})
        response = connection.getresponse()
        return response.status, response.read(_LIMIT)
    finally:
        alarm.cancel()
        connection.close()


def _hang_up(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _fingerprint(body: bytes) -> str:
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    return str(document.get("mailbag", "")) if isinstance(document, dict) else ""
