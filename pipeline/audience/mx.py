"""Edge: asks the DNS for the mail servers of many domains at once, for a while at most.

What the DNS does not say, or not in time, is not known: nobody's mail waits for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dns.resolver import Resolver

#: Questions that are open at once, and how long one may take, in seconds.
_AT_ONCE: Final = 32
_PATIENCE: Final = 3.0

#: Gives the names of a domain's servers, the most preferred first; none: it has none.
#: Raises OSError when the DNS does not tell.
AskDns = Callable[[str], tuple[str, ...]]


def find_hosts(
    domains: Iterable[str], *, seconds: float, ask: AskDns | None = None
) -> Mapping[str, tuple[str, ...] | None]:
    """Ask for each domain; ``None`` where the DNS failed. Those not asked in time are left out."""
    ask = ask or asking()
    found: dict[str, tuple[str, ...] | None] = {}
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="dns")

    def answer(domain: str) -> tuple[str, ...] | None:
        try:
            return ask(domain)
        except OSError:
            return None

    try:
        questions = {pool.submit(answer, domain): domain for domain in domains}
        with contextlib.suppress(TimeoutError):  # what was found until then is what there is
            for question in as_completed(questions, timeout=seconds):
                found[questions[question]] = question.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def asking(resolver: Resolver | None = None) -> AskDns:
    """Give the question to the DNS, by the machine's own resolver if no other is given."""
    # Takes a moment to import, and most commands ask nothing.
    import dns.exception  # noqa: PLC0415
    import dns.resolver  # noqa: PLC0415

    def ask(domain: str) -> tuple[str, ...]:
        try:
            by = resolver or dns.resolver.get_default_resolver()
            answer = by.resolve(domain, "MX", lifetime=_PATIENCE)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except dns.exception.DNSException as error:
            raise OSError(f"{domain}: {error}") from error
        records = sorted((record.preference, str(record.exchange)) for record in answer)
        return tuple(host for _, host in records)

    return ask
