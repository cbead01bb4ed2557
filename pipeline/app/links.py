"""Edge: asks ``base_url`` whether the links in the mails would lead to this site.

And whether the images that the mails name are found there.
"""

import contextlib
import hashlib
import http.client
import json
import ssl
import threading
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from pipeline.errors import ConfigError, LinkError
from pipeline.model.image import LARGEST

#: Where the public pages name their key; its fingerprint is no secret.
WELL_KNOWN = "/.well-known/mailbag"

#: Later than this is no answer.
_SECONDS = 10.0
#: More of an answer is not read.
_LIMIT = 4096


def check_links(
    base_url: str, fingerprint: str, *, ca_file: str | None = None, seconds: float = _SECONDS
) -> None:
    """Refuse when ``base_url`` does not answer with this site's key fingerprint.

    TLS is verified, redirects are not followed (RFC 8058, section 3.1, forbids them for
    one-click), and the whole of it ends after so many seconds. ``ca_file`` holds authorities that
    are trusted beside the system's. A mail whose unsubscribe link is dead costs more reputation
    than a late one.
    """
    place = f"[newsletter] base_url, {base_url}{WELL_KNOWN}"
    remedy = (
        "run `mailbag serve` behind this address; "
        "verify_links = false skips the check, for a rehearsal"
    )
    context = _trust(ca_file)
    try:
        status, body = _get_within(seconds, base_url + WELL_KNOWN, context, _LIMIT)
    except (OSError, http.client.HTTPException) as error:
        raise LinkError(
            f"the unsubscribe links would be dead: {_in_words(error, urlsplit(base_url).netloc)}",
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
    found = _fingerprint(body)
    if not found:
        raise LinkError(
            "the unsubscribe links would be dead: what answers there is no mailbag",
            place=place,
            remedy=remedy,
        )
    if found != fingerprint:
        raise LinkError(
            "another site, or one with another key, answers there",
            place=place,
            remedy="let `mailbag serve` use this site's .secrets/token.key",
        )


def check_images(
    images: Mapping[str, str], *, ca_file: str | None = None, seconds: float = _SECONDS
) -> None:
    """Refuse when an image is not found where the mails will say; ``images``: URL -> sha256.

    They are asked for as a reader's mail program will ask, with the care of :func:`check_links`.
    """
    context = _trust(ca_file)
    for url, sha256 in images.items():
        fact = ""
        try:
            status, body = _get_within(seconds, url, context, LARGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            fact = _in_words(error, urlsplit(url).netloc)
        else:
            if status != http.client.OK:
                fact = f"the answer is {status}"
            elif hashlib.sha256(body).hexdigest() != sha256:
                fact = "what comes is something else"
        if fact:
            raise LinkError(
                f"the mails would show an image that is not there: {fact}",
                place=url,
                remedy="let `mailbag serve` answer there too, or the web server give out"
                " public/images/; verify_links = false skips the check",
            )


def _trust(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if ca_file:
            context.load_verify_locations(ca_file)
    except OSError as error:
        raise ConfigError(
            f"holds no certificates: {error.strerror or error}",
            place=f"[smtp] ca_file, {ca_file}",
            remedy="name a file in PEM, or take the key out",
        ) from error
    return context


def _get_within(seconds: float, url: str, context: ssl.SSLContext, most: int) -> tuple[int, bytes]:
    """Get the answer or give up in time, whatever drips: the name, the handshake or the page.

    A socket's timeout is for one read alone, so a thread does the asking and may be left behind.
    """
    answers: SimpleQueue[tuple[int, bytes] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_get(url, context, seconds, most))
        except Exception as error:  # noqa: BLE001 - raised below, where somebody hears it
            answers.put(error)

    threading.Thread(target=ask, name="mailbag-links", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no whole answer within {seconds:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _get(url: str, context: ssl.SSLContext, seconds: float, most: int) -> tuple[int, bytes]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=seconds, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=seconds)
    with contextlib.closing(connection):
        connection.request("GET", parts.path, headers={"Accept": "application/json, image/*"})
        with connection.getresponse() as response:
            return response.status, response.read(most)


def _in_words(error: Exception, host: str) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {host} is not trusted ({error.verify_message})"
        case TimeoutError():
            return f"{host} gave no whole answer in time"
        case OSError():
            return f"{host} does not answer ({error.strerror or error})"
        case _:
            return f"{host} does not answer in HTTP ({type(error).__name__})"


def _fingerprint(body: bytes) -> str:
    """Give the fingerprint that a mailbag names; empty for any other answer."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(document.get("mailbag", "")) if isinstance(document, dict) else ""
