"""Which mailbox provider an address is at.

Shards hold recipients of one provider, so that a slow one holds up nobody else.
Only domains that belong to a provider by name are known here; a company's own domain is
``other``, wherever its mail is hosted.
"""

from pipeline.model.delivery import OTHER_PROVIDERS

OTHER = OTHER_PROVIDERS

#: Bucket -> domains whose mailboxes are on the same servers.
PROVIDERS: dict[str, tuple[str, ...]] = {
    "gmail": ("gmail.com", "googlemail.com"),
    "outlook": (
        "outlook.com",
        "outlook.de",
        "outlook.fr",
        "outlook.es",
        "outlook.it",
        "hotmail.com",
        "hotmail.co.uk",
        "hotmail.de",
        "hotmail.es",
        "hotmail.fr",
        "hotmail.it",
        "live.com",
        "live.co.uk",
        "live.de",
        "live.fr",
        "live.nl",
        "msn.com",
    ),
    "yahoo": (
        "yahoo.com",
        "yahoo.ca",
        "yahoo.co.in",
        "yahoo.co.uk",
        "yahoo.com.au",
        "yahoo.com.br",
        "yahoo.de",
        "yahoo.es",
        "yahoo.fr",
        "yahoo.in",
        "yahoo.it",
        "ymail.com",
        "rocketmail.com",
        "aol.com",
        "aim.com",
        "verizon.net",
    ),
    "yahoo_japan": ("yahoo.co.jp",),
    "icloud": ("icloud.com", "me.com", "mac.com"),
    "gmx": ("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "web.de", "mail.com"),
    "t_online": ("t-online.de", "magenta.de"),
    "freenet": ("freenet.de",),
    "orange": ("orange.fr", "wanadoo.fr"),
    "free_fr": ("free.fr",),
    "sfr": ("sfr.fr", "neuf.fr"),
    "laposte": ("laposte.net",),
    "libero": ("libero.it",),
    "proton": ("proton.me", "protonmail.com", "pm.me"),
    "fastmail": ("fastmail.com", "fastmail.fm"),
    "zoho": ("zoho.com", "zohomail.com"),
    "comcast": ("comcast.net", "xfinity.com"),
    "att": ("att.net", "bellsouth.net", "sbcglobal.net"),
    "cox": ("cox.net",),
    "spectrum": ("charter.net", "rr.com", "twc.com"),
    "bt": ("btinternet.com", "btopenworld.com"),
    "mail_ru": ("mail.ru", "bk.ru", "inbox.ru", "list.ru"),
    "yandex": ("yandex.ru", "yandex.com", "ya.ru"),
    "qq": ("qq.com", "foxmail.com"),
    "netease": ("163.com", "126.com", "yeah.net"),
    "naver": ("naver.com",),
    "uol": ("uol.com.br", "bol.com.br"),
    "terra": ("terra.com.br",),
}

_BY_DOMAIN = {domain: name for name, domains in PROVIDERS.items() for domain in domains}


def provider_of(canonical: str) -> str:
    """Give the bucket of a canonical address."""
    return _BY_DOMAIN.get(canonical.rpartition("@")[2], OTHER)
