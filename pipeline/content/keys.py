"""The keys of front matter: mailbag's own, and what other tools call theirs."""

import difflib

#: Mailbag's own keys of a QA file, in the order they are written.
QA_KEYS = (
    "title",
    "asked_by",
    "asked_on",
    "answered_by",
    "topics",
    "status",
    "not_before",
    "priority",
    "inspired_by",
    "bio",
    "language",
)

#: The keys of an issue file.
ISSUE_KEYS = (
    *("number", "title", "subject", "preheader", "intro", "slugs", "slot", "approved"),
    "silence",
)

#: Keys whose value is one line of text, whatever it begins with.
TEXTS = frozenset(
    {"title", "asked_by", "answered_by", "author", "bio", "description"}
    | {"subject", "preheader", "intro", "summary", "name"}
)

#: Keys of one word, number or day each, with an example; a text or a list holds more.
EXAMPLES = {
    "asked_on": "2026-10-02",
    "not_before": "2026-10-02",
    "slot": "2026-10-02",
    "status": "ready",
    "priority": "5",
    "language": "de",
    "number": "12",
    "approved": "0123abcd…",
}

#: Keys of a list each, with an example.
LIST_EXAMPLES = {"topics": "[one, two]", "slugs": "[one-slug, another-slug]"}

#: Keys of Hugo, Jekyll and Obsidian that say what one of ours says.
TAKEN_AS = {
    "author": "answered_by",
    "authors": "answered_by",
    "date": "asked_on",
    "tag": "topics",
    "tags": "topics",
    "category": "topics",
    "categories": "topics",
    "lang": "language",
    "locale": "language",
}

#: Keys that make a draft of a file, each with the value that does.
DRAFT_SWITCHES = {"draft": True, "published": False}

#: Keys that other tools read and mailbag leaves alone.
KEPT = frozenset(
    # Hugo
    {"aliases", "build", "cascade", "description", "expirydate", "images", "iscjklanguage"}
    | {"headless", "keywords", "lastmod", "layout", "linktitle", "markup", "menu", "menus"}
    | {"outputs", "params", "publishdate", "resources", "sitemap", "slug", "summary"}
    | {"toc", "translationkey", "type", "url", "videos", "weight"}
    # Jekyll
    | {"comments", "excerpt", "excerpt_separator", "image", "last_modified_at", "permalink"}
    | {"redirect_from", "subtitle", "thumbnail", "sidebar"}
    # Obsidian
    | {"alias", "created", "cssclass", "cssclasses", "id", "modified", "publish", "updated"}
)

#: The words of a switch, as YAML 1.1 has them.
SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def canonical(key: str) -> str:
    """Give the key as the tables spell it: ``Asked-By`` is ``asked_by``."""
    return key.strip().casefold().replace("-", "_").replace(" ", "_")


def ours(key: str) -> str:
    """Give our own key for one as somebody wrote it: ``Tags`` is ``topics``."""
    plain = canonical(key)
    return TAKEN_AS.get(plain, plain)


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """Give the known word that ``word`` is most likely a slip of."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    return close[0] if close else None
