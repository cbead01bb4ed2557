"""Edge: the relay's password, from the environment or a file; never an argument or the toml."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.config.private_files import read_private
from pipeline.config.reading import Settings
from pipeline.errors import ConfigError
from pipeline.model.controls import CONTROL

ENVIRONMENT = "MAILBAG_SMTP_PASSWORD"
_OF_BACKUP = "MAILBAG_SMTP_BACKUP_{}_PASSWORD"

_REMEDY = "write the password into it, on one line, and give it mode 0600"


def read_password(
    settings: Settings, environment: Mapping[str, str], backup: int = 0
) -> str | None:
    """Give the password of ``[smtp] username``, or of a backup's, which are counted from 1.

    ``None`` when no login is wanted.
    """
    document = settings.document
    smtp = document.smtp_backup[backup - 1] if backup else document.smtp
    variable = _OF_BACKUP.format(backup) if backup else ENVIRONMENT
    if not smtp.username:
        return None
    if environment.get(variable):
        return environment[variable]
    if not smtp.password_file:
        table = "smtp_backup" if backup else "smtp"
        raise ConfigError(
            f"[{table}] username is set, but there is no password for {smtp.username}",
            place=settings.source.place(table, "username", backup - 1 if backup else ""),
            remedy=f"set password_file, or {variable} in the environment",
        )
    path = settings.path(smtp.password_file)
    data = read_private(path, "the relay's password", remedy=_REMEDY)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unusable(path, "is not UTF-8") from error
    password = text.rstrip("\r\n")
    if not password:
        raise _unusable(path, "is empty")
    if CONTROL.search(password):
        raise _unusable(path, "has more than one line, or a control character")
    return password


def _unusable(path: Path, problem: str) -> ConfigError:
    return ConfigError(
        f"the file of the relay's password {problem}",
        place=str(path),
        remedy=_REMEDY,
    )
