"""What a signature adds to a message, beside the arithmetic alone."""

import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from pipeline.delivery.dkim import keys
from pipeline.delivery.dkim.signing import Algorithm, Signer, Terms
from tests.bench.desk import Desk
from tests.bench.measuring import Cost, Watch

#: Messages of a round; enough to be measured, few enough to be left undisturbed.
_ROUND = 20


def sign(folder: Path, rounds: int) -> Cost:
    """Compose messages unsigned, compose them signed by RSA, and make bare signatures, in turns.

    The value has the median of each, in microseconds of the processor.
    """
    desk = Desk.of(folder)
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
