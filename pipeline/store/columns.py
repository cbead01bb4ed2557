"""How the ledger writes down what SQL has no type for: instants, and states as small integers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, SmallInteger, TypeDecorator
from sqlalchemy.types import TypeEngine

from pipeline.model.delivery import DeliveryState

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_S = DeliveryState

#: What stands in the ledger for each state. A code is never given a second meaning.
CODES: Final[Mapping[DeliveryState, int]] = MappingProxyType(
    {
        _S.QUEUED: 0,
        _S.HANDING: 1,
        _S.ACCEPTED: 2,
        _S.DEFERRED: 3,
        _S.REJECTED: 4,
        _S.SUPPRESSED: 5,
        _S.EXPIRED: 6,
        _S.CANCELLED: 7,
        _S.IN_DOUBT: 8,
        _S.CLOSED: 9,
    }
)

_STATES: Final = {code: state for state, code in CODES.items()}


def to_microseconds(at: datetime) -> int:
    """Count the microseconds since 1970 in UTC; exact, and the same on every database."""
    return (at - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=64)  # the rows of an issue have one expiry
def from_microseconds(count: int) -> datetime:
    return _EPOCH + timedelta(microseconds=count)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = BigInteger
    cache_ok: bool | None = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else from_microseconds(value)


class StateCode(TypeDecorator[DeliveryState]):
    """A delivery's state, kept as its code."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = SmallInteger
    cache_ok: bool | None = True

    def process_bind_param(self, value: DeliveryState | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else CODES[value]

    def process_result_value(self, value: Any, dialect: Dialect) -> DeliveryState | None:
        del dialect
        return None if value is None else _STATES[value]
