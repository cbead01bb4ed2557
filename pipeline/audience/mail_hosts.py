"""Which provider takes the mail of a domain, by the names of its mail servers (MX).

A company's own domain is often a big provider's customer, and then the big one's limits hold for
it. Services that filter mail before it reaches a mailbox count as the provider: they are who says
that we are too fast.
"""

import re
from collections.abc import Iterable

from pipeline.audience.providers import OTHER, provider_of

#: Bucket -> the ends of its servers' names.
HOSTS: dict[str, tuple[str, ...]] = {
    "gmail": ("google.com", "googlemail.com", "psmtp.com"),
    "outlook": ("outlook.com", "hotmail.com", "mx.microsoft", "office365.us"),
    "yahoo": ("yahoodns.net",),
    "yahoo_japan": ("yahoo.co.jp",),
    "icloud": ("icloud.com", "apple.com"),
    "gmx": ("gmx.net", "web.de"),
    "ionos": ("kundenserver.de", "ionos.com", "1and1.com", "ui-dns.com"),
    "strato": ("rzone.de",),
    "t_online": ("t-online.de",),
    "ovh": ("ovh.net", "ovh.ca"),
    "gandi": ("gandi.net",),
    "infomaniak": ("infomaniak.ch",),
    "orange": ("orange.fr", "wanadoo.fr"),
    "free_fr": ("free.fr",),
    "sfr": ("sfr.fr",),
    "laposte": ("laposte.net",),
    "libero": ("libero.it", "iol.it"),
    "aruba": ("aruba.it",),
    "proton": ("protonmail.ch",),
    "fastmail": ("messagingengine.com",),
    "migadu": ("migadu.com",),
    "mailbox_org": ("mailbox.org",),
    "zoho": ("zoho.com", "zoho.eu", "zoho.in"),
    "comcast": ("comcast.net",),
    "att": ("prodigy.net", "att.net"),
    "cox": ("cox.net",),
    "spectrum": ("charter.net",),
    "rackspace": ("emailsrvr.com",),
    "godaddy": ("secureserver.net",),
    "namecheap": ("privateemail.com", "registrar-servers.com"),
    "mail_ru": ("mail.ru",),
    "yandex": ("yandex.net", "yandex.ru"),
    "qq": ("qq.com",),
    "netease": ("netease.com", "163.com", "126.com"),
    "aliyun": ("mxhichina.com", "aliyun.com"),
    "naver": ("naver.com",),
    "mimecast": ("mimecast.com",),
    "proofpoint": ("pphosted.com", "ppe-hosted.com"),
    "barracuda": ("barracudanetworks.com",),
    "cisco": ("iphmx.com",),
    "trend_micro": ("trendmicro.com", "trendmicro.eu"),
    "broadcom": ("messagelabs.com",),
    "hornet": ("hornetsecurity.com", "antispameurope.com"),
    "cloudflare": ("mx.cloudflare.net",),
    "forward_email": ("forwardemail.net",),
}

_BY_END = {end: bucket for bucket, ends in HOSTS.items() for end in ends}

#: Domains for documents and tests, and those of one network (RFC 2606, RFC 6761, RFC 6762).
_NOBODYS = re.compile(
    r"(?:.+\.)?(?:example|test|invalid|localhost|local|internal|example\.(?:com|net|org))"
)
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]+")


def provider_by_hosts(hosts: Iterable[str]) -> str:
    """Give the bucket of the first server that belongs to one; the most preferred comes first."""
    for host in hosts:
        labels = host.lower().rstrip(".").split(".")
        for start in range(len(labels) - 1):
            bucket = _BY_END.get(".".join(labels[start:]))
            if bucket is not None:
                return bucket
    return OTHER


def bucket_of(domain: str) -> str:
    """Give the bucket that a domain stands for, its mailboxes' or its servers'; else itself."""
    known = provider_of(f"@{domain}")
    return _BY_END.get(domain, domain) if known == OTHER else known


def is_worth_asking(domain: str) -> bool:
    """Tell whether the DNS could know of a domain what we do not."""
    return (
        _DOMAIN.fullmatch(domain) is not None
        and _NOBODYS.fullmatch(domain) is None
        and provider_of(f"@{domain}") == OTHER
    )
