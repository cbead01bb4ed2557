"""An issue sent through the whole of the delivery stage, and its parts alone."""

import itertools
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from pipeline.app import posting
from pipeline.app.posting import Hooks
from pipeline.app.site import open_site
from pipeline.delivery.composing import Composer, Letterhead
from pipeline.delivery.dkim import keys
from pipeline.delivery.dkim.signing import Algorithm, Signer, Terms
from pipeline.delivery.report import RunReport, StopReason
from pipeline.delivery.smtp.driver import transport
from pipeline.model.delivery import Recipient
from pipeline.model.edition import Edition
from pipeline.model.record import IssueRecord
from pipeline.workflow import sending
from tests.bench.measuring import Cost, Watch, resident_mb

#: Imported late by who needs it, and imports are not in the time.
_DRIVER = transport.SmtpTransport
#: Messages of a round of signing; enough to be measured, few enough to be left undisturbed.
_ROUND = 20


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds of the processor, in our code and in the kernel's."""

    user: float
    system: float

    @classmethod
    def so_far(cls, whose: int) -> Self:
        used = resource.getrusage(whose)
        return cls(used.ru_utime, used.ru_stime)

    def __sub__(self, other: "Work") -> "Work":
        return Work(self.user - other.user, self.system - other.system)


def send(folder: Path, limit: int) -> Cost:
    """Send the unfinished issue, or the next one, to so many readers; freezing is not in it.

    The value has how many were accepted; the work of the two threads, ``driver`` and ``ledger``;
    and what was resident before and after, in MB.
    """
    site = open_site(folder)
    with site.open_store() as store:
        store.sender_lock.acquire(0.0, site.clock)
        taken = 0
        ledger = Work(0.0, 0.0)

        def count(_: IssueRecord, report: RunReport) -> None:
            # It is the ledger's thread that calls, after each commit.
            nonlocal taken, ledger
            taken = report.accepted
            ledger = Work.so_far(resource.RUSAGE_THREAD)

        hooks = Hooks(
            stop=lambda: StopReason.INTERRUPTED if taken >= limit else None, progress=count
        )
        post = posting.make_post(site, store, {}, hooks)
        found: list[Cost] = []

        def measured(record: IssueRecord, edition: Edition) -> RunReport:
            before_mb, before = resident_mb(), Work.so_far(resource.RUSAGE_SELF)
            watch = Watch()
            report = post.dispatch(record, edition)
            all_of_it = Work.so_far(resource.RUSAGE_SELF) - before
            assert report.accepted >= limit, report
            value = {
                "accepted": report.accepted,
                "driver": asdict(all_of_it - ledger),
                "ledger": asdict(ledger),
                "before_mb": before_mb,
                "after_mb": resident_mb(),
            }
            found.append(watch.cost(value))
            return report

        sending.send_now(site.workshop, replace(post, dispatch=measured), now=site.clock.now())
    return found[0]


def compose(folder: Path, count: int) -> Cost:
    """Compose the messages of the ledger's first issue, and do nothing with them."""
    desk = _Desk.of(folder)
    composer = desk.composer()
    readers = [desk.reader(number) for number in range(1, count + 1)]
    watch = Watch()
    size = max(len(composer.compose(reader)[1].data) for reader in readers)
    return watch.cost({"message_bytes": size})


def sign(folder: Path, rounds: int) -> Cost:
    """Compose messages unsigned, compose them signed by RSA, and make bare signatures, in turns.

    The value has the median of each, in microseconds of the processor.
    """
    desk = _Desk.of(folder)
    key = keys.parse(keys.generate(Algorithm.RSA))
    assert isinstance(key, rsa.RSAPrivateKey)
    terms = Terms(domain="news.example", signed_at=desk.record.frozen_at.replace(microsecond=0))
    unsigned = desk.composer()
    signed = desk.composer(Signer((keys.signing_key("s2026", key),), terms))
    digest, way, sha256 = bytes(32), padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())
    numbers = itertools.count(1)
    works: dict[str, Callable[[], object]] = {
        "unsigned": lambda: unsigned.compose(desk.reader(next(numbers))),
        "signed": lambda: signed.compose(desk.reader(next(numbers))),
        "bare": lambda: key.sign(digest, way, sha256),
    }
    took: dict[str, list[float]] = {name: [] for name in works}
    watch = Watch()
    for _ in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            for _ in range(_ROUND):
                work()
            took[name].append((time.process_time() - start) / _ROUND * 1e6)
    return watch.cost({name: statistics.median(them) for name, them in took.items()})


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """What the messages of the ledger's first issue are made of."""

    record: IssueRecord
    edition: Edition
    letterhead: Letterhead
    unsubscribe_url: Callable[[Recipient], str]

    @classmethod
    def of(cls, folder: Path) -> Self:
        site = open_site(folder)
        with site.open_store() as store:
            record = store.issues.get(1)
            edition = Edition.from_json(store.issues.edition(1))
        letter, mint = site.settings.document.newsletter, site.token_keys.mint
        return cls(
            record=record,
            edition=edition,
            letterhead=Letterhead(title=letter.title, from_=site.from_, list_id=letter.list_id),
            unsubscribe_url=lambda it: f"{letter.base_url}/u/{mint(it.subscriber_id)}",
        )

    def composer(self, signer: Signer | None = None) -> Composer:
        return Composer(
            self.edition,
            self.letterhead,
            nonce=self.record.nonce,
            date=self.record.frozen_at,
            unsubscribe_url=self.unsubscribe_url,
            signer=signer,
        )

    def reader(self, number: int) -> Recipient:
        return Recipient(
            issue=1,
            shard=1,
            subscriber_id=number,
            address=f"reader-{number}@mail.example",
            expires_at=self.record.expires_at,
        )
