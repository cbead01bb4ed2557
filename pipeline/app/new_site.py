"""Edge: makes a new site's folder; nothing in it is overwritten."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.audience import keys
from pipeline.config.reading import FILE_NAME, PLACEHOLDER
from pipeline.content import new_file, writing
from pipeline.errors import ConfigError, SecretKeyError

_KEYS = ("token.key", "suppression.key")
_DATABASE = "mailbag.db"

#: What a person must decide, as ``init`` writes it.
UNDECIDED = {
    "title": PLACEHOLDER,
    "from": f"{PLACEHOLDER} <letters@{PLACEHOLDER}.example>",
    "reply_to": f"questions@{PLACEHOLDER}.example",
    "list_id": f"column.{PLACEHOLDER}.example",
    "base_url": f"https://{PLACEHOLDER}.example",
    "timezone": "UTC",
    "postal_address": f"{PLACEHOLDER}: the law of many countries wants one in each mail",
    "verify_links": "true",
    "host": "127.0.0.1",
    "port": "1025",
    "images": "hosted",
}

_TOML = """\
# A newsletter made by mailbag. Where {placeholder} stands, you decide; until then nothing is sent.
# The manual has every key: `mailbag manual newsletter-toml`.

[newsletter]
title = "{title}"
from = "{from}"
reply_to = "{reply_to}"              # where readers' questions go
list_id = "{list_id}"                # keep it for ever; mail clients sort by it
base_url = "{base_url}"              # where `mailbag serve` answers: unsubscribe links lead there
language = "en"
timezone = "{timezone}"              # such as "America/New_York"
postal_address = "{postal_address}"
verify_links = {verify_links}        # before a send, see that unsubscribe links work
first_number = 1
theme = "classic"
# return_path = "bounces@..."        # where failures are reported; empty: the From address

[selection]
count = 3                            # Q&As in an issue
minimum = 1                          # fewer than this: the slot is skipped
order = "oldest"                     # oldest | newest | priority
topic_limit = 2                      # at most so many of one topic

[schedule]
at = "tuesday 09:00"
grace = "6h"                         # a slot missed by more than this is not sent late
approval = "none"                    # none | required

[smtp]
host = "{host}"
port = {port}
security = "none"                    # none | starttls | tls
username = ""                        # with a password_file or MAILBAG_SMTP_PASSWORD
# password_file = ".secrets/smtp.password"
# ca_file = "ca.pem"                 # a private certificate authority
connections = 4
messages_per_connection = 100
rate = ""                            # such as "14/s, 50000/d"; empty: no limit

# [dkim]                             # sign mails here; else the relay must
# domain = "..."                     # that of the From address
# selector = "s1"
# key_file = ".secrets/dkim-s1.pem"  # `mailbag dkim` makes it and says what to publish

[delivery]
on_doubt = "hold"                    # hold | resend | assume-accepted
expire = "72h"

[database]
url = "sqlite:///mailbag.db"

[checks]
fail_on = "error"                    # error | warning

[images]
delivery = "{images}"                # hosted: found at base_url | attached: in each mail

[web]
host = "127.0.0.1"
port = 8080
# trusted_proxies = ["127.0.0.1"]
"""

_GITIGNORE = """\
# Secrets and the ledger stay on the machine that sends.
.secrets/
mailbag.db*
outbox/
# Images that mails name; `mailbag backup` says that they are not in it.
public/images/
# What can be made again.
.cache/
"""


@dataclass(frozen=True, slots=True)
class NewSite:
    """What was made."""

    folder: Path
    #: Files relative to the folder, in order; not those that were there before.
    made: tuple[str, ...]


def toml_text(values: Mapping[str, str]) -> str:
    """Write a ``newsletter.toml``; what ``values`` leaves out is undecided."""
    filled = {**UNDECIDED, **values}
    quoted = {name: text.replace("\\", "\\\\").replace('"', '\\"') for name, text in filled.items()}
    return _TOML.format(placeholder=PLACEHOLDER, **quoted)


def make_site(
    folder: Path, *, today: date, values: Mapping[str, str] | None = None, sample: bool = True
) -> NewSite:
    """Make a site in a folder that has none.

    The keys are made here and nowhere else: a new key for a database that knows another one
    would make its suppression list forget everybody.
    """
    if (folder / FILE_NAME).exists():
        raise ConfigError(
            "there is a newsletter already",
            place=str(folder / FILE_NAME),
            remedy="edit it, or choose another folder",
        )
    if folder.exists() and not folder.is_dir():
        raise ConfigError("is no folder", place=str(folder), remedy="choose another name")
    made: list[str] = []
    try:
        (folder / "content").mkdir(parents=True, exist_ok=True)
        made += _make_keys(folder)
        if sample and not any((folder / "content").iterdir()):
            first = new_file.new_qa("Your first question", today)
            writing.create_text(folder / "content" / f"{first.slug}.md", first.text)
            made.append(f"content/{first.slug}.md")
        if not (folder / ".gitignore").exists():
            writing.create_text(folder / ".gitignore", _GITIGNORE)
            made.append(".gitignore")
        writing.create_text(folder / FILE_NAME, toml_text(values or {}))
        made.append(FILE_NAME)
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror}",
            place=str(error.filename or folder),
            remedy="choose a folder you may write to",
        ) from error
    return NewSite(folder.resolve(), tuple(sorted(made)))


def _make_keys(folder: Path) -> list[str]:
    """Make the keys that are not there; none for a database that knows others."""
    secrets = folder / ".secrets"
    missing = [name for name in _KEYS if not (secrets / name).exists()]
    if missing and (folder / _DATABASE).exists():
        raise SecretKeyError(
            f"{_DATABASE} is here and knows a key that is not",
            place=str(secrets / missing[0]),
            remedy="bring the keys back from where you keep them, or choose another folder",
        )
    secrets.mkdir(mode=0o700, exist_ok=True)
    for name in missing:
        keys.make_key(secrets / name)
    return [f"{secrets.name}/{name}" for name in missing]


def program() -> str:
    """Give the command as it can be typed anywhere: absolute, quoted for a shell."""
    called = Path(sys.argv[0])
    if called.name == "mailbag":
        return shlex.quote(str(called.absolute()))
    return f"{shlex.quote(sys.executable)} -m pipeline"


def cron_line(folder: Path) -> str:
    """Give the line for crontab: absolute, since cron has neither our PATH nor our folder."""
    # A per cent sign ends the command of a crontab line.
    where = shlex.quote(str(folder)).replace("%", r"\%")
    return f"*/5 * * * * {program()} --site {where} send --due"
