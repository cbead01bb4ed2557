"""Edge: the relay's password, from the environment or a file; never an argument or the toml."""

import os
import stat
from collections.abc import Mapping

from pipeline.config.reading import Settings
from pipeline.errors import ConfigError

ENVIRONMENT = "MAILBAG_SMTP_PASSWORD"


def read_password(settings: Settings, environment: Mapping[str, str]) -> str | None:
    """Give the password of ``[smtp] username``; ``None`` when no login is wanted."""
    smtp = settings.document.smtp
    if not smtp.username:
        return None
    if environment.get(ENVIRONMENT):
        return environment[ENVIRONMENT]
    if not smtp.password_file:
        raise ConfigError(
            f"[smtp] username is set, but there is no password for {smtp.username}",
            place="newsletter.toml",
            remedy=f"set password_file, or {ENVIRONMENT} in the environment",
        )
    path = settings.path(smtp.password_file)
    try:
        mode = path.stat().st_mode
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the relay's password cannot be read: {error}",
            place=str(path),
            remedy="write the password into this file, mode 0600",
        ) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            "the relay's password can be read by others",
            place=str(path),
            remedy=f"chmod 600 {path}",
        )
    if not password:
        raise ConfigError(
            "the file of the relay's password is empty",
            place=str(path),
            remedy="write the password into it",
        )
    return password
