"""Has OpenDKIM verify messages, with public keys from a file instead of the DNS."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.outside import need


def verdicts(folder: Path, data: bytes, records: Mapping[str, str]) -> list[str]:
    """Give what OpenDKIM says of each signature of a message, in their order: ``pass``, ``fail``.

    ``records`` has the texts of TXT records by their names.
    """
    program = need("opendkim")
    message, keys, settings = folder / "message.eml", folder / "keys", folder / "opendkim.conf"
    message.write_bytes(data)
    keys.write_text("".join(f"{name} {text}\n" for name, text in records.items()))
    settings.write_text(f"Mode v\nTestPublicKeys {keys}\n")
    done = subprocess.run(  # noqa: S603 - OpenDKIM, on files of ours
        [program, "-x", str(settings), "-vvv", "-t", str(message)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return re.findall(r"\bdkim=(\w+)", done.stdout)
