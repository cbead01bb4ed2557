"""The names of every finding, for who sets a level or silences one.

Those of client support are caniemail's, and listed beside.
"""

import difflib

from pipeline.model.client_features import SLUGS

#: In files that people edit; each keeps an issue back or says why a Q&A is passed over.
_CONTENT = tuple(
    f"content/{name}"
    for name in (
        *("bidi", "comment", "conflict", "control", "date", "duplicate-slug", "encoding"),
        *("ending", "front-matter", "inspired-by", "issue-approved", "issue-intro"),
        *("issue-number", "language"),
        *("issue-silence", "issue-slug", "null", "other-key", "placeholder", "priority", "quote"),
        *("section", "size", "slug", "status", "text", "title", "topics", "unknown-key"),
        *("unreadable", "unusable"),
    )
)
#: About an issue and what it is made with.
_ISSUE = (
    *("issue-file/slot", "issue/approval", "issue/silence", "issue/too-few", "issue/unusable"),
    "language/words",
    *("template/error", "template/unread"),
)
#: About an edition, or any HTML mail.
_EDITION = (
    "attachment/missing",
    *("contrast/dark", "contrast/full-inversion", "contrast/light", "contrast/partial-inversion"),
    "footer/postal-address",
    *("heading/empty", "heading/no-h1", "heading/none", "heading/several-h1", "heading/skipped"),
    *("image/address", "image/alt", "image/alt-name", "image/attached", "image/clear"),
    *("image/elsewhere", "image/embed", "image/embedded"),
    *(
        "image/empty",
        "image/heavy",
        "image/insecure",
        "image/left-out",
        "image/location",
        "image/long",
    ),
    *(
        "image/many",
        "image/no-alt",
        "image/no-width",
        "image/print",
        "image/tracking",
        "image/turned",
        "image/unusable",
    ),
    *("image/webp", "image/wide"),
    *("language/contradiction", "language/direction", "language/missing", "language/parts"),
    "language/unknown",
    *("link/anchor", "link/bare", "link/disguised", "link/empty", "link/insecure", "link/mailto"),
    *("link/no-text", "link/not-underlined", "link/private", "link/shortener", "link/tracking"),
    *("link/unasked", "link/unreachable", "link/unusable", "link/vague"),
    *("page/active", "page/color-scheme", "page/doctype", "page/foreign-sheet", "page/title"),
    "page/zoom",
    "personal/no-fallback",
    *("preheader/empty", "preheader/length"),
    *("size/clip", "size/styles"),
    *("style/property", "style/syntax", "style/value"),
    *("subject/empty", "subject/length"),
    "table/role",
    *("text/html", "text/justified", "text/left-over", "text/line-height", "text/markdown"),
    "text/small",
)

IDS = (*_CONTENT, *_ISSUE, *_EDITION)

#: What tells of each finding.
PAGE = "docs/reference/findings.md"

#: The group whose names come from caniemail.
CLIENT_SUPPORT = "client-support"
_OF_CLIENT_SUPPORT = frozenset(f"{CLIENT_SUPPORT}/{slug}" for slug in SLUGS)
#: Always errors, which guard the send: no site lowers one.
GUARDS = frozenset(
    {
        *_CONTENT,
        *("image/many", "image/unusable", "issue-file/slot", "issue/approval", "issue/unusable"),
        *("style/syntax", "subject/empty", "template/error"),
    }
    - {
        *("content/comment", "content/date", "content/ending", "content/null"),
        *("content/other-key", "content/quote", "content/section", "content/slug"),
        *("content/status", "content/unknown-key"),
    }
)
#: Errors from some size on.
SOMETIMES_GUARDS = frozenset({"image/attached", "size/clip"})

_GROUPS = tuple(sorted({CLIENT_SUPPORT, *(name.partition("/")[0] for name in IDS)}))


def is_known(name: str) -> bool:
    """Tell whether a name is that of a finding or of a group of them."""
    return name in IDS or name in _GROUPS or name in _OF_CLIENT_SUPPORT


def nearest(name: str) -> str:
    """Give the known name that was most likely meant; empty when none is near."""
    is_feature = name.lower().startswith(f"{CLIENT_SUPPORT}/")
    known = sorted(_OF_CLIENT_SUPPORT) if is_feature else (*IDS, *_GROUPS)
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return close[0] if close else ""


def page_of(name: str) -> str:
    """Say where the documentation tells of a finding."""
    group = name.partition("/")[0]
    return f"{PAGE}#{CLIENT_SUPPORT if group == CLIENT_SUPPORT else name.replace('/', '')}"


def covers(name: str, finding: str) -> bool:
    """Tell whether a name, which may be that of a group, means a finding."""
    return finding == name or finding.startswith(f"{name}/")
