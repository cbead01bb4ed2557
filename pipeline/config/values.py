"""What a value of ``newsletter.toml`` may be; each refusal continues ``[table] key ...``.

TOML has types of its own, so nothing is converted: ``true`` is no number and ``5`` no duration.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import idna
from pydantic import AfterValidator, BeforeValidator, Strict

from pipeline.audience import addresses
from pipeline.delivery.limits import Limits
from pipeline.errors import ConfigError
from pipeline.model import bidi, finding_ids
from pipeline.model.controls import has_control
from pipeline.model.finding import Level
from pipeline.model.language import canonical, is_language_tag, nearest_tag
from pipeline.rendering.client_support import mix
from pipeline.rendering.client_support.mix import ClientMix
from pipeline.schedule import calendar
from pipeline.schedule.durations import parse_duration
from pipeline.store import location

#: Hosts of this machine, where http and a mail server without TLS are no danger.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_LIST_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
#: RFC 5322, section 2.2, without what nobody uses.
_FIELD_NAME = re.compile(r"[A-Za-z0-9-]+")
#: RFC 6376, section 3.1: labels of a domain.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_THEME = re.compile(r"[a-z0-9][a-z0-9_-]*")
#: A path of RFC 3986, section 3.3; the links in mails stand in headers and in attributes.
_PATH = re.compile(r"(?:/|[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*")
_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")


def _line(text: str) -> str:
    if has_control(text):
        raise ValueError("must be one line without control characters")
    for _, sign in bidi.unbalanced(text):
        fact, remedy = bidi.words(sign, within="value")
        raise ValueError(f"holds what nobody sees: {fact}; {remedy}")
    return text.strip()


def _filled(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _mailbox(text: str) -> str:
    try:
        addresses.parse(text)
    except ValueError as error:
        raise ValueError(f"{_without_value(str(error), text)}") from error
    return text


def _without_value(sentence: str, value: str) -> str:
    return f"is no address: {sentence.removeprefix(f'{value!r}: ')}"


def _optional_mailbox(text: str) -> str:
    return _mailbox(text) if text else ""


def _bare_mailbox(text: str) -> str:
    if "<" in text:
        raise ValueError("must be an address alone, without a name, such as bounces@news.example")
    return _optional_mailbox(text)


def _base_url(text: str) -> str:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise ValueError("must be an address such as https://news.example") from error
    if url.scheme not in {"https", "http"} or not url.hostname or port == 0:
        raise ValueError("must be an address such as https://news.example")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise ValueError("must begin with https://; one-click unsubscribe needs it (RFC 8058)")
    if "?" in text or "#" in text or "@" in url.netloc:
        raise ValueError("must not hold a user, a question mark or a hash")
    if not text.isascii() or " " in text:
        raise ValueError("must be in ASCII without spaces; write the domain as xn--...")
    if not _PATH.fullmatch(url.path) or {".", ".."} & set(url.path.split("/")):
        raise ValueError(
            "must hold in its path only letters, digits, hyphens and other signs of an address"
            " (RFC 3986), and no part that is . or .."
        )
    try:
        _host(url.hostname)
    except ValueError as error:
        raise ValueError("must have a host name or an IP address") from error
    return text.rstrip("/")


def _language(text: str) -> str:
    if not is_language_tag(text):
        near = nearest_tag(text)
        meant = f"; did you mean {near}?" if near else ""
        raise ValueError(f"must be a language tag such as en or pt-BR{meant}")
    # BCP 47 does not tell capitals from small letters; others that read it may.
    return canonical(text)


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be a time zone such as Europe/Berlin") from error
    return text


def _list_id(text: str) -> str:
    # Two for the brackets that it stands in (RFC 2919, section 2).
    if not _LIST_ID.fullmatch(text) or ".." in text or "." not in text or len(text) > 253:
        raise ValueError("must be a dotted name such as column.news.example (RFC 2919)")
    return text


def _theme(text: str) -> str:
    if not _THEME.fullmatch(text):
        raise ValueError("must be the name of a theme, such as classic")
    return text


def _host(text: str) -> str:
    if _HOST_NAME.fullmatch(text):
        return text
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise ValueError(
            "must be a host name or an IP address alone; the port has a key of its own"
        ) from error
    return text


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError("must hold addresses or networks such as 10.0.0.0/8") from error
    return text


def _duration(value: object) -> timedelta:
    try:
        length = parse_duration(value) if isinstance(value, str) else timedelta(0)
    except ValueError:
        length = timedelta(0)
    if not length:
        raise ValueError('must be a length of time in quotes, such as "6h" or "1d 12h"')
    return length


def _limits(value: object) -> Limits:
    if isinstance(value, str):
        try:
            return Limits.parse(value)
        except ValueError:
            raise ValueError(
                'must be a rate of at least one message, such as "14/s" or "14/s, 50000/d"'
            ) from None
    raise ValueError('must be a rate in quotes, such as "14/s" or "14/s, 50000/d"')


def _at(text: str) -> str:
    try:
        calendar.parse_at(text)
    except ValueError as error:
        raise ValueError('must be a time of the week such as "tuesday 09:00"') from error
    return text


def _database(text: str) -> str:
    try:
        location.check(text)
    except ConfigError as error:
        raise ValueError(f"cannot be used: {error.message}; {error.remedy}") from error
    return text


def _fail_on(value: object) -> Level:
    if not isinstance(value, str) or value not in {"error", "warning"}:
        raise ValueError('must be "error" or "warning"')
    return Level(value)


def _clients(value: object) -> ClientMix:
    if not isinstance(value, Mapping):
        raise ValueError("must be a table [checks.clients] of numbers, such as gmail = 30")  # noqa: TRY004 - pydantic catches ValueError
    return mix.parse(dict(_flat(value)))


def _flat(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Join the names of TOML's dotted keys: it reads ``outlook.windows = 5`` as two tables."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", part) for inner, part in value.items())
        else:
            yield name, value


def _levels(value: object) -> Mapping[str, Level | None]:
    if not isinstance(value, Mapping):
        raise ValueError("must be a table such as [checks.levels]")  # noqa: TRY004 - what pydantic hears
    words = {**{level.value: level for level in Level}, "off": None}
    for name, word in value.items():
        if not finding_ids.is_known(name):
            near = finding_ids.nearest(name)
            meant = f"; did you mean {near}?" if near else ""
            raise ValueError(f"has no finding {name!r}{meant}")
        if not isinstance(word, str) or word not in words:
            raise ValueError(
                f'has no such level for {name}: it is "error", "warning", "note" or "off"'
            )
        if name in finding_ids.GUARDS and word != "error":
            raise ValueError(f"cannot lower {name}: it is an error, which guards the send")
        if name in finding_ids.SOMETIMES_GUARDS and word == "off":
            raise ValueError(
                f'cannot put {name} off: where it is an error it guards the send; "note" lowers'
                " its warning"
            )
    return {name: words[word] for name, word in value.items()}


def _rewrites(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not _FIELD_NAME.fullmatch(name):
            raise ValueError(f'holds {name!r}, which is no name of a header such as "date"')
        if name.lower() == "from":
            raise ValueError("cannot hold from: a signature must cover it (RFC 6376, section 5.4)")
    return tuple(name.lower() for name in names)


def _domain(text: str) -> str:
    if not text:
        return ""
    try:
        name = idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ValueError("must be a domain such as news.example") from error
    if "." not in name or not _HOST_NAME.fullmatch(name) or name.endswith("."):
        raise ValueError("must be a domain such as news.example")
    return name


def _selector(text: str) -> str:
    if text and not _SELECTOR.fullmatch(text):
        raise ValueError("must be a name of letters, digits and hyphens such as s2026")
    return text


#: Neither ``"4"`` nor ``4.0`` nor ``true``.
Whole = Annotated[int, Strict()]
#: Neither ``"yes"`` nor ``1``.
Flag = Annotated[bool, Strict()]
Line = Annotated[str, AfterValidator(_line)]
Filled = Annotated[Line, AfterValidator(_filled)]
Mailbox = Annotated[Filled, AfterValidator(_mailbox)]
OptionalMailbox = Annotated[Line, AfterValidator(_optional_mailbox)]
#: What MAIL FROM takes.
BareMailbox = Annotated[Line, AfterValidator(_bare_mailbox)]
BaseUrl = Annotated[Filled, AfterValidator(_base_url)]
Language = Annotated[str, AfterValidator(_language)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
ListId = Annotated[Filled, AfterValidator(_list_id)]
Theme = Annotated[str, AfterValidator(_theme)]
Host = Annotated[Filled, AfterValidator(_host)]
Network = Annotated[str, AfterValidator(_network)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Rate = Annotated[Limits, BeforeValidator(_limits)]
TimeOfWeek = Annotated[str, AfterValidator(_at)]
DatabaseUrl = Annotated[Filled, AfterValidator(_database)]
Clients = Annotated[ClientMix, BeforeValidator(_clients)]
FailOn = Annotated[Level, BeforeValidator(_fail_on)]
#: The level of a finding, or of a group of them; ``None`` is off.
Levels = Annotated[Mapping[str, Level | None], BeforeValidator(_levels)]
Rewrites = Annotated[tuple[str, ...], AfterValidator(_rewrites)]
#: As A-labels.
Domain = Annotated[Line, AfterValidator(_domain)]
Selector = Annotated[Line, AfterValidator(_selector)]
