"""The tables of ``newsletter.toml``, one frozen class each; a field's docstring is its manual.

Each class says what is legal; :mod:`pipeline.config.reading` says it to a person.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from pipeline.audience.mail_hosts import bucket_of
from pipeline.config.values import (
    LOOPBACK,
    BareMailbox,
    BaseUrl,
    Clients,
    DatabaseUrl,
    Domain,
    Duration,
    FailOn,
    Filled,
    Flag,
    Host,
    Language,
    Levels,
    Line,
    ListId,
    Mailbox,
    Network,
    OptionalMailbox,
    Rate,
    Rewrites,
    Selector,
    Theme,
    TimeOfWeek,
    TimeZone,
    Whole,
)
from pipeline.content.selection import Order
from pipeline.delivery.dkim.canonical import Canonicalization
from pipeline.delivery.limits import Limits
from pipeline.delivery.smtp.logins import Auth
from pipeline.model.delivery import DoubtPolicy
from pipeline.model.finding import Level
from pipeline.rendering.client_support import mix

__all__ = [
    "LISTS",
    "LOOPBACK",
    "NAMED",
    "TABLES",
    "Approval",
    "Document",
    "EngineKind",
    "ImageDelivery",
    "Kind",
    "Security",
    "keys_of",
]


def _refused(key: str, sentence: str) -> PydanticCustomError:
    """Refuse two keys that do not go together; the sentence is about the one named."""
    return PydanticCustomError("together", "{sentence}", {"key": key, "sentence": sentence})


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


class ImageDelivery(StrEnum):
    """How the images of Q&As reach a reader."""

    #: A mail names their address at ``base_url``, where ``mailbag serve`` gives them out.
    HOSTED = "hosted"
    #: Each message carries them.
    ATTACHED = "attached"


class Section(BaseModel):
    """A table of the toml: frozen, and nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Newsletter(Section):
    """``[newsletter]``: who writes, and under which name."""

    title: Filled
    from_: Mailbox = Field(alias="from")
    reply_to: OptionalMailbox = ""
    list_id: ListId
    base_url: BaseUrl
    language: Language = "en"
    timezone: TimeZone = "UTC"
    postal_address: Filled
    verify_links: Flag = True
    first_number: Whole = Field(default=1, ge=1)
    theme: Theme = "classic"
    return_path: BareMailbox = ""


class Selection(Section):
    """``[selection]``: which Q&As make an issue."""

    count: Whole = Field(default=3, ge=1, le=100)
    minimum: Whole = Field(default=1, ge=1)
    order: Order = Order.OLDEST
    topic_limit: Whole = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _minimum_within_count(self) -> "Selection":
        if self.minimum > self.count:
            raise _refused("minimum", f"must not be above count, which is {self.count}")
        return self


class Schedule(Section):
    """``[schedule]``: when an issue is due."""

    at: TimeOfWeek = "tuesday 09:00"
    grace: Duration = timedelta(hours=6)
    approval: Approval = Approval.NONE


class Smtp(Section):
    """``[smtp]``: the relay."""

    host: Host = "127.0.0.1"
    port: Whole = Field(default=1025, ge=1, le=65535)
    security: Security = Security.NONE
    username: Line = ""
    password_file: Line = ""
    auth: Auth = Auth.AUTO
    connections: Whole = Field(default=4, ge=1, le=100)
    messages_per_connection: Whole = Field(default=100, ge=1)
    window: Whole = Field(default=1, ge=1, le=100)
    rate: Rate = Limits()
    rewrites: Rewrites = ()
    kind: Kind = Kind.SMTP
    ca_file: Line = ""

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> "Smtp":
        if self.username and self.security is Security.NONE:
            raise _refused(
                "username",
                'needs security = "starttls" or "tls": no password goes out in clear',
            )
        return self


class SmtpBackup(Smtp):
    """``[[smtp_backup]]``: a relay that steps in for those before it."""

    @model_validator(mode="after")
    def _hands_over(self) -> "SmtpBackup":
        if self.kind is Kind.EML:
            raise _refused("kind", 'must be "smtp" or "lmtp": nobody gets mail from files')
        return self


class Provider(Section):
    """``[providers."gmail.com"]``: what a mailbox provider is given."""

    rate: Rate = Limits()
    #: 0: as many as there are.
    connections: Whole = Field(default=0, ge=0, le=100)


class Delivery(Section):
    """``[delivery]``: how fast messages go, and what becomes of those not simply accepted."""

    on_doubt: DoubtPolicy = DoubtPolicy.HOLD
    expire: Duration = timedelta(hours=72)
    rate: Rate = Limits()
    #: Whether the DNS is asked which provider takes the mail of a domain.
    look_up_mx: Flag = True
    #: Messages on the first day of each relay's warm-up plan; 0: there is no plan.
    warm_up: Whole = Field(default=0, ge=0, le=1_000_000)


class Dkim(Section):
    """``[dkim]``: what every message is signed with."""

    #: Empty: messages are not signed here.
    domain: Domain = ""
    selector: Selector = ""
    key_file: Line = ""
    #: Another key: the one to come before a change of keys, the former one after it.
    second_selector: Selector = ""
    second_key_file: Line = ""
    #: Signs beside the first.
    ed25519_selector: Selector = ""
    ed25519_key_file: Line = ""
    canonicalization: Canonicalization = Canonicalization.RELAXED

    @model_validator(mode="after")
    def _whole(self) -> "Dkim":
        pairs = {
            "selector": (self.selector, self.key_file),
            "second_selector": (self.second_selector, self.second_key_file),
            "ed25519_selector": (self.ed25519_selector, self.ed25519_key_file),
        }
        if self.domain and not self.selector:
            raise _refused("domain", "needs selector and key_file")
        for key, (selector, file) in pairs.items():
            file_key = key.replace("selector", "key_file")
            if selector and not file:
                raise _refused(key, f"needs {file_key}")
            if file and not selector:
                raise _refused(file_key, f"needs {key}")
            if selector and not self.domain:
                raise _refused(key, "needs domain")
        used = [selector.lower() for selector, _ in pairs.values() if selector]
        if len(used) != len(set(used)):
            raise _refused("selector", "must not be that of another key: each has its own record")
        return self


class Database(Section):
    """``[database]``: where the ledger is."""

    url: DatabaseUrl = "sqlite:///mailbag.db"


class EngineKind(StrEnum):
    """Who hands messages over."""

    #: The process that is told to send.
    LOCAL = "local"
    #: Workers on many machines, woken by Procrastinate.
    PROCRASTINATE = "procrastinate"


class Engine(Section):
    """``[engine]``: who hands messages over."""

    kind: EngineKind = EngineKind.LOCAL


class Checks(Section):
    """``[checks]``: what is looked for, and how bad it must be to stop an issue."""

    fail_on: FailOn = Level.ERROR
    clients: Clients = Field(default_factory=mix.usual)
    levels: Levels = {}


class Images(Section):
    """``[images]``: how the images of Q&As reach a reader."""

    delivery: ImageDelivery = ImageDelivery.HOSTED


class Web(Section):
    """``[web]``: the public pages, and where ``mailbag serve`` listens."""

    host: Host = "127.0.0.1"
    port: Whole = Field(default=8080, ge=0, le=65535)
    trusted_proxies: tuple[Network, ...] = ()
    #: Whether search engines may list the pages of the issues.
    search_engines: Flag = False


class Keys(Section):
    """``[keys]``: the site's secrets, when they lie elsewhere than in ``.secrets/``."""

    token_file: Filled = ".secrets/token.key"  # noqa: S105 - a path
    #: Keys that signed the links of mails already sent; they only verify.
    old_token_files: tuple[Filled, ...] = ()
    suppression_file: Filled = ".secrets/suppression.key"


def _one_each(named: Mapping[str, Provider]) -> Mapping[str, Provider]:
    seen: dict[str, str] = {}
    for domain in named:
        if not domain:
            raise _refused("", 'must have a name, such as [providers."gmail.com"]')
        first = seen.setdefault(bucket_of(domain), domain)
        if first != domain:
            raise _refused("", f"has {first} and {domain}, which are one provider; keep one")
    return named


class Document(Section):
    """The whole ``newsletter.toml``."""

    newsletter: Newsletter
    selection: Selection = Selection()
    schedule: Schedule = Schedule()
    smtp: Smtp = Smtp()
    smtp_backup: tuple[SmtpBackup, ...] = ()
    providers: Annotated[Mapping[Domain, Provider], AfterValidator(_one_each)] = {}
    delivery: Delivery = Delivery()
    dkim: Dkim = Dkim()
    database: Database = Database()
    engine: Engine = Engine()
    checks: Checks = Checks()
    images: Images = Images()
    web: Web = Web()
    keys: Keys = Keys()


def keys_of(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """Give the keys of a table as they are written in the toml."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


#: Tables that may stand there several times, as ``[[name]]``.
LISTS = frozenset({"smtp_backup"})
#: Tables of tables, each under a name that the operator gives.
NAMED = frozenset({"providers"})

#: Every table by its name.
TABLES: Mapping[str, type[Section]] = {
    name: field.annotation
    for name, field in Document.model_fields.items()
    if isinstance(field.annotation, type)
} | {"smtp_backup": SmtpBackup, "providers": Provider}
