"""The characters that no header, address or name may hold."""

import re

#: C0 and C1 controls, DEL, and the line and paragraph separators: each can end a header line
#: somewhere on the way (RFC 5322, section 2.2; CVE-2024-6923).
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def has_control(text: str) -> bool:
    return CONTROL.search(text) is not None
