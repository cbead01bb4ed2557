"""The tables of ``newsletter.toml``, one frozen class each; a field's docstring is its manual.

Each class says what is legal; :mod:`pipeline.config.reading` says it to a person.
"""

import ipaddress
import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from pipeline.audience import addresses
from pipeline.content.selection import Order
from pipeline.delivery.throttle import Limits
from pipeline.model.controls import has_control
from pipeline.model.delivery import DoubtPolicy
from pipeline.model.finding import Level
from pipeline.schedule import calendar
from pipeline.schedule.durations import parse_duration

#: Hosts of this machine, where http and a mail server without TLS are no danger.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LIST_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_THEME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def _line(text: str) -> str:
    if has_control(text):
        raise ValueError("must be one line without control characters")
    return text.strip()


def _filled(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


def _mailbox(text: str) -> str:
    addresses.parse(text)
    return text


def _optional_mailbox(text: str) -> str:
    return _mailbox(text) if text else ""


def _base_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"https", "http"} or not url.hostname:
        raise ValueError("must be an address such as https://news.example")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise ValueError("must begin with https://; one-click unsubscribe needs it (RFC 8058)")
    if url.query or url.fragment or url.username:
        raise ValueError("must not hold a user, a question mark or a hash")
    return text.rstrip("/")


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("must be a language tag such as en or pt-BR")
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be a time zone such as Europe/Berlin") from error
    return text


def _list_id(text: str) -> str:
    if not _LIST_ID.fullmatch(text) or "." not in text or len(text) > 255:
        raise ValueError("must be a dotted name such as column.news.example (RFC 2919)")
    return text


def _theme(text: str) -> str:
    if not _THEME.fullmatch(text):
        raise ValueError("must be the name of a theme, such as classic")
    return text


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _limits(value: object) -> object:
    return Limits.parse(value) if isinstance(value, str) else value


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError("must hold addresses or networks such as 10.0.0.0/8") from error
    return text


def _at(text: str) -> str:
    calendar.parse_at(text)
    return text


Line = Annotated[str, AfterValidator(_line)]
Filled = Annotated[Line, AfterValidator(_filled)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Security(StrEnum):
    """How the connection to the relay is kept from being read."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Kind(StrEnum):
    """How messages are handed over."""

    SMTP = "smtp"
    LMTP = "lmtp"
    #: Files in the folder ``outbox/`` of the site; nobody gets mail.
    EML = "eml"


class Approval(StrEnum):
    """Whether an issue needs an editor's word."""

    NONE = "none"
    REQUIRED = "required"


class Section(BaseModel):
    """A table of the toml: frozen, and nothing unknown in it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, arbitrary_types_allowed=True
    )


class Newsletter(Section):
    """``[newsletter]``: who writes, and under which name."""

    title: Filled
    from_: Annotated[Filled, AfterValidator(_mailbox)] = Field(alias="from")
    reply_to: Annotated[Line, AfterValidator(_optional_mailbox)] = ""
    list_id: Annotated[Filled, AfterValidator(_list_id)]
    base_url: Annotated[Filled, AfterValidator(_base_url)]
    language: Annotated[str, AfterValidator(_language)] = "en"
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    postal_address: Filled
    verify_links: bool = True
    first_number: int = Field(default=1, ge=1)
    theme: Annotated[str, AfterValidator(_theme)] = "classic"
    return_path: Annotated[Line, AfterValidator(_optional_mailbox)] = ""


class Selection(Section):
    """``[selection]``: which Q&As make an issue."""

    count: int = Field(default=3, ge=1, le=100)
    minimum: int = Field(default=1, ge=1)
    order: Order = Order.OLDEST
    topic_limit: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _minimum_within_count(self) -> "Selection":
        if self.minimum > self.count:
            raise ValueError(f"minimum ({self.minimum}) is above count ({self.count})")
        return self


class Schedule(Section):
    """``[schedule]``: when an issue is due."""

    at: Annotated[str, AfterValidator(_at)] = "tuesday 09:00"
    grace: Duration = timedelta(hours=6)
    approval: Approval = Approval.NONE


class Smtp(Section):
    """``[smtp]``: the relay."""

    host: Filled = "127.0.0.1"
    port: int = Field(default=1025, ge=1, le=65535)
    security: Security = Security.NONE
    username: Line = ""
    password_file: str = ""
    connections: int = Field(default=4, ge=1, le=100)
    messages_per_connection: int = Field(default=100, ge=1)
    window: int = Field(default=1, ge=1)
    rate: Annotated[Limits | None, BeforeValidator(_limits)] = None
    rewrites: tuple[str, ...] = ()
    kind: Kind = Kind.SMTP
    ca_file: str = ""

    @model_validator(mode="after")
    def _what_is_there(self) -> "Smtp":
        if self.window > 1:
            raise ValueError("window above 1 needs CHUNKING, which is not there yet; leave it at 1")
        if self.rewrites:
            raise ValueError("rewrites is for DKIM signing, which is not there yet; leave it out")
        if self.username and self.security is Security.NONE:
            raise ValueError(
                'a username needs security = "starttls" or "tls": no password goes out in clear'
            )
        return self


class Delivery(Section):
    """``[delivery]``: what becomes of the messages that are not simply accepted."""

    on_doubt: DoubtPolicy = DoubtPolicy.HOLD
    expire: Duration = timedelta(hours=72)


class Database(Section):
    """``[database]``: where the ledger is."""

    url: Filled = "sqlite:///mailbag.db"


class Checks(Section):
    """``[checks]``: how bad a finding must be to stop an issue."""

    fail_on: Level = Level.ERROR

    @model_validator(mode="after")
    def _not_on_notes(self) -> "Checks":
        if self.fail_on is Level.NOTE:
            raise ValueError('fail_on must be "error" or "warning"')
        return self


class Web(Section):
    """``[web]``: where ``mailbag serve`` listens."""

    host: Filled = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()


class Keys(Section):
    """``[keys]``: the site's secrets, when they lie elsewhere than in ``.secrets/``."""

    token_file: Filled = ".secrets/token.key"  # noqa: S105 - a path
    #: Keys that signed the links of mails already sent; they only verify.
    old_token_files: tuple[str, ...] = ()
    suppression_file: Filled = ".secrets/suppression.key"


class Document(Section):
    """The whole ``newsletter.toml``."""

    newsletter: Newsletter
    selection: Selection = Selection()
    schedule: Schedule = Schedule()
    smtp: Smtp = Smtp()
    delivery: Delivery = Delivery()
    database: Database = Database()
    checks: Checks = Checks()
    web: Web = Web()
    keys: Keys = Keys()
