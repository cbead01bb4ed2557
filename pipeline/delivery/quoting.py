"""A relay's words inside a sentence of ours."""

import re

from pipeline.delivery.smtp.replies import Reply

#: Longer replies are cut; the beginning tells enough.
_LENGTH = 200


def quoted(reply: Reply, *, reader: str = "") -> str:
    """Give a reply on one line: hostile text, shortened, without control characters.

    Many receivers repeat the address that they refuse. A sentence is read by more people than the
    list is, and stays when the reader is erased; so ``reader`` is written as ``ADDR``.
    """
    said = " ".join(str(reply).split())
    if reader:
        said = re.sub(re.escape(reader), "ADDR", said, flags=re.IGNORECASE)
    return said[:_LENGTH]
