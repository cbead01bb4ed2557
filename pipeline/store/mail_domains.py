"""Edge: at which provider the mailboxes of a domain are, as far as the DNS was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, TextClause, text

from pipeline.model.delivery import OTHER_PROVIDERS
from pipeline.model.subscriber import SubscriberStatus
from pipeline.store.columns import to_microseconds
from pipeline.store.database import Database

#: So many readers at one domain fill shards of their own.
_MANY: Final = 1_000

#: The domain of a canonical address; a quoted at-sign before it makes one that nobody has.
_DOMAIN = "substr(s.canonical, instr(s.canonical, '@') + 1)"


class _Statement:
    """One that cuts the domain out of an address; each database has its own word for that."""

    def __init__(self, sql: str) -> None:
        self._sqlite, self._server = text(sql), text(sql.replace("instr(", "strpos("))

    def on(self, connection: Connection) -> TextClause:
        return self._sqlite if connection.dialect.name == "sqlite" else self._server


#: Domains that no table of ours knows, those with most readers first.
_UNKNOWN = _Statement(f"""
SELECT d.domain, m.provider FROM (
  SELECT {_DOMAIN} AS domain, s.provider AS provider, count(*) AS readers FROM subscriber s
  WHERE s.status = '{SubscriberStatus.ACTIVE.value}' GROUP BY 1, 2
) d LEFT JOIN mail_domain m ON m.domain = d.domain
WHERE (m.domain IS NULL AND d.provider IN ('{OTHER_PROVIDERS}', d.domain))
  OR m.good_until <= :now
ORDER BY d.readers DESC, d.domain LIMIT :limit
""")  # noqa: S608 - constants of the model

_LEARN = text("""
INSERT INTO mail_domain (domain, provider, good_until) VALUES (:domain, :provider, :good_until)
ON CONFLICT (domain) DO UPDATE SET provider = excluded.provider, good_until = excluded.good_until
""")

_APPLY = _Statement(f"""
UPDATE subscriber AS s SET provider = m.provider FROM mail_domain m
WHERE m.domain = {_DOMAIN} AND s.provider <> m.provider
  AND NOT (m.provider = '{OTHER_PROVIDERS}' AND s.provider = m.domain)
""")  # noqa: S608 - constants of the model

#: A domain with many readers is a provider of its own, so that its shards can be passed over.
_PROMOTE = _Statement(f"""
UPDATE subscriber AS s SET provider = {_DOMAIN}
WHERE s.provider = '{OTHER_PROVIDERS}' AND {_DOMAIN} IN (
  SELECT {_DOMAIN} FROM subscriber s
  WHERE s.provider IN ('{OTHER_PROVIDERS}', {_DOMAIN}) GROUP BY 1 HAVING count(*) >= {_MANY}
)
""")  # noqa: S608 - constants of the model


@dataclass(frozen=True)
class MailDomains:
    """What is known of domains that are not a provider's by name."""

    database: Database

    def unknown(self, now: datetime, *, limit: int) -> Sequence[tuple[str, str | None]]:
        """Give domains to ask about, and what was true of each before, most readers first."""
        with self.database.reading() as connection:
            rows = connection.execute(
                _UNKNOWN.on(connection), {"now": to_microseconds(now), "limit": limit}
            )
            return tuple((row.domain, row.provider) for row in rows)

    def learn(self, found: Mapping[str, str], *, good_until: datetime) -> None:
        """Write down the providers of domains, believed until then."""
        rows = [
            {"domain": domain, "provider": provider, "good_until": to_microseconds(good_until)}
            for domain, provider in found.items()
        ]
        if rows:
            with self.database.writing() as connection:
                connection.execute(_LEARN, rows)

    def apply(self) -> None:
        """Have every reader counted to the provider that takes the mail."""
        with self.database.writing() as connection:
            connection.execute(_APPLY.on(connection))
            connection.execute(_PROMOTE.on(connection))
