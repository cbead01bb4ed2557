"""Edge: asks the pages behind links whether they are there. Only when a person asks for it.

Whoever writes a link must not make this machine talk to its own network: every name is resolved
here, every address looked at, and the connection goes to the address that was looked at, so that
a second answer of the DNS changes nothing. Redirects are followed under the same rule.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from urllib.parse import quote, urljoin, urlsplit

import idna

from pipeline import __version__
from pipeline.model.finding import Finding
from pipeline.rendering.checks import outward
from pipeline.rendering.checks.outward import WebLink

#: The most links that are asked, and how many at once.
MOST, AT_ONCE = 100, 8
#: Seconds to connect, and for the whole of one link with its redirects.
CONNECT, WHOLE = 5.0, 15.0
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


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public network, also where IPv6 holds one of IPv4."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class _RefusedError(Exception):
    """A link that is not asked, and why."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How links are asked; the tests ask servers of their own."""

    resolve: Resolve = resolve
    allow: Allow = is_public
    connect: float = CONNECT
    whole: float = WHOLE
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def all(self, urls: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Give each link that does not answer with the reason; the first hundred are asked."""
        unlike = list(dict.fromkeys(urls))[:MOST]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for url, trouble in zip(unlike, pool.map(self.one, unlike), strict=True):
                if trouble:
                    yield url, trouble

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
        threading.Thread(target=ask, name="mailbag-link", daemon=True).start()
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
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _RefusedError(f"leads on to {url[:80]!r}, which is no page of the web")
        host = _ascii(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
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
            raise _RefusedError(f"is not asked: {host} is {refused}, which is not public")
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


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise _RefusedError(f"{host} is no name of a host") from error


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
    troubles = dict((asking or Asking()).all(link.url for link in links))
    return list(outward.findings(links, troubles, MOST))
