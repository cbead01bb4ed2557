"""Edge: asks the pages behind links whether they are there. Only when a person asks for it.

Whoever writes a link must not make this machine talk to its own network: every name is resolved
here, every address looked at, and the connection goes to the address that was looked at, so that
a second answer of the DNS changes nothing. Redirects are followed under the same rule.
"""

import contextlib
import http.client
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from pipeline import __version__
from pipeline.model.finding import Finding
from pipeline.rendering.checks import hosts, outward
from pipeline.rendering.checks.hosts import is_public
from pipeline.rendering.checks.outward import WebLink

#: The most links that are asked, and how many at once.
MOST, AT_ONCE = 100, 8
#: Seconds to connect, and for the whole of one link with its redirects.
CONNECT, WHOLE = 5.0, 15.0
#: Seconds for all links; what is not answered by then counts as not asked.
TOGETHER = 60.0
REDIRECTS = 3

_MOVED = frozenset({301, 302, 303, 307, 308})
#: Answers by which a page that is there keeps programs away.
_SHY = frozenset({401, 403, 405, 406, 407, 429, 451, 999})
_ERRORS = (OSError, http.client.HTTPException, ValueError)

Resolve = Callable[[str, int], Iterable[str]]
Allow = Callable[[str], bool]


def resolve(host: str, port: int) -> list[str]:
    """Give the addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class _RefusedError(Exception):
    """A link that is not asked, and why."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How links are asked; the tests ask servers of their own."""

    resolve: Resolve = resolve
    allow: Allow = is_public
    connect: float = CONNECT
    whole: float = WHOLE
    together: float = TOGETHER
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def all(self, urls: Iterable[str]) -> dict[str, str]:
        """Give what is wrong with each link, empty for nothing; without those that were not asked.

        The first hundred are asked, for as long as there is time.
        """
        waiting = deque(list(dict.fromkeys(urls))[:MOST])
        answers: dict[str, str] = {}
        if not waiting:
            return answers
        is_over, at_work, changing = Event(), min(AT_ONCE, len(waiting)), Lock()

        def work() -> None:
            nonlocal at_work
            with suppress(IndexError):
                while not is_over.is_set():
                    url = waiting.popleft()
                    trouble = self.one(url)
                    with changing:
                        answers[url] = trouble
            with changing:
                at_work -= 1
                if at_work == 0:
                    is_over.set()

        for _ in range(at_work):
            # Not a pool: the end of the program would wait for its threads.
            Thread(target=work, name="mailbag-links", daemon=True).start()
        is_over.wait(self.together)
        is_over.set()
        with changing:
            return dict(answers)

    def one(self, url: str) -> str:
        """Say why a link does not answer; empty when it does. It ends in time, whatever drips."""
        answers: SimpleQueue[str] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._follow(url))
            except _RefusedError as error:
                answers.put(str(error))
            except _ERRORS as error:
                answers.put(_in_words(error))

        # A resolver has no time limit, so the thread may be left behind.
        Thread(target=ask, name="mailbag-link", daemon=True).start()
        try:
            return answers.get(timeout=self.whole)
        except Empty:
            return f"gives no answer within {self.whole:g} s"

    def _follow(self, url: str) -> str:
        for _ in range(REDIRECTS + 1):
            status, target = self._ask("HEAD", url)
            if status >= http.client.BAD_REQUEST and status not in _SHY:
                # Some answer only who wants the page itself.
                status, target = self._ask("GET", url)
            if status not in _MOVED or not target:
                return (
                    ""
                    if status < http.client.BAD_REQUEST or status in _SHY
                    else (f"answers {status} ({_phrase(status)})")
                )
            url = urljoin(url, target)
        return f"leads on more than {REDIRECTS} times"

    def _ask(self, method: str, url: str) -> tuple[int, str]:
        """Ask once, and read no more than the head of the answer."""
        parts = _parts(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _RefusedError(f"leads on to {url[:80]!r}, which is no page of the web")
        host = _ascii(parts.hostname)
        port = _port(parts)
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
        with contextlib.closing(self._connection(parts.scheme, host, port)) as connection:
            connection.request(method, path + query, headers=_HEADERS)
            with connection.getresponse() as response:
                return response.status, response.getheader("Location") or ""

    def _connection(self, scheme: str, host: str, port: int) -> http.client.HTTPConnection:
        addresses = list(self.resolve(host, port))
        if not addresses:
            raise _RefusedError(f"{host} has no address")
        refused = next((one for one in addresses if not self.allow(one)), None)
        if refused is not None:
            alias = "" if refused == host else f"{refused}, which is "
            raise _RefusedError(f"is not asked: {host} is {alias}not public")
        plain = socket.create_connection((addresses[0], port), timeout=self.connect)
        plain.settimeout(self.whole)
        kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
        connection = kind(host, port)
        try:
            connection.sock = (
                self.context.wrap_socket(plain, server_hostname=host)
                if scheme == "https"
                else plain
            )
        except BaseException:
            plain.close()
            raise
        return connection


_HEADERS = {
    "User-Agent": f"mailbag/{__version__} (link check)",
    "Accept": "*/*",
    "Connection": "close",
}


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise _RefusedError("has a host that cannot be read") from error


def _port(parts: SplitResult) -> int:
    usual = 443 if parts.scheme == "https" else 80
    try:
        port = usual if parts.port is None else parts.port
    except ValueError:
        port = 0
    if not port:
        raise _RefusedError("has a port that there cannot be; they are 1 to 65535")
    return port


def _ascii(host: str) -> str:
    """Write a host in ASCII; refuse what no resolver must be asked for."""
    if hosts.is_of_one_machine(host):
        raise _RefusedError(f"is not asked: {host} names a network card of one machine")
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
        # Which refuses an empty part, and one of more than 63 letters.
        name.encode("idna")
    except (idna.IDNAError, UnicodeError) as error:
        raise _RefusedError(f"is not asked: {host} is no name of a host") from error
    if hosts.is_numeric(name.rstrip(".")) and hosts.number_of(name) is None:
        raise _RefusedError(f"is not asked: {host} ends like the number of a host and is none")
    return name


def _in_words(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"shows a certificate that is not trusted ({error.verify_message})"
        case TimeoutError():
            return "does not answer in time"
        case socket.gaierror():
            return "is at a host that the DNS does not know"
        case OSError():
            return f"does not answer ({error.strerror or error})"
        case _:
            return f"does not answer in HTTP ({type(error).__name__})"


def _phrase(status: int) -> str:
    return http.client.responses.get(status, "no known answer")


def ask(links: Sequence[WebLink], asking: Asking | None = None) -> list[Finding]:
    """Ask the pages behind links, and give those that do not answer as findings."""
    asking = asking or Asking()
    answers = asking.all(link.url for link in links)
    bounds = f"{MOST} links, or what answers in {asking.together:g} s, are the most"
    return list(outward.findings(links, answers, bounds))
