"""What the markup of a page says about an element: furniture, byline, category."""

import re
from enum import StrEnum

from pipeline.content.importing.blocks import Hint
from pipeline.content.importing.tags import Tag


class Zone(StrEnum):
    """Why the text of an element may be no part of the column."""

    #: Never a part of it.
    FURNITURE = "furniture"
    #: A part of it only when questions stand in it.
    DOUBTFUL = "doubtful"
    #: A part of it when a heading, a byline or a date stands in it.
    HEADER = "header"


_FURNITURE = frozenset(
    {
        "nav", "aside", "footer", "script", "style", "template", "noscript", "svg", "iframe",
        "object", "video", "audio", "canvas", "select", "button", "textarea", "head", "menu",
        "dialog", "datalist", "math", "noembed", "noframes", "xmp",
    }
)  # fmt: skip
_DOUBTFUL = frozenset(["form", "fieldset", "figure", "figcaption"])
_ROLES = frozenset(
    {"navigation", "complementary", "contentinfo", "search", "dialog", "alert", "menu", "menubar"}
)

_FURNITURE_NAMES = frozenset(
    {"comments", "disqus", "respond", "cookie", "cookies", "consent", "gdpr", "onetrust"}
)
_DOUBTFUL_NAMES = frozenset(
    {
        "nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs", "sidebar",
        "newsletter", "subscribe", "subscription", "signup", "social", "share", "sharing",
        "related", "recommended", "recirc", "promo", "advert", "advertisement", "ad", "ads",
        "sponsor", "sponsored", "toolbar", "pagination", "popup", "modal", "footer", "widget",
        "topbar", "skip",
    }
)  # fmt: skip
#: What names the site and not the column; whole names only.
_SITE_NAMES = frozenset(
    {
        "site-title", "site-name", "site-description", "site-branding", "site-logo", "site-tagline",
        "blog-title", "blog-name", "logo", "navbar-brand",
    }
)  # fmt: skip
_HEADER_NAMES = frozenset({"header", "masthead", "banner", "hero"})
_HINTS = {
    Hint.BYLINE: frozenset({"byline", "author", "authors", "by-line", "author-name"}),
    Hint.DEK: frozenset(
        {"dek", "deck", "subtitle", "standfirst", "subheadline", "excerpt", "subhead"}
    ),
    Hint.TOPIC: frozenset(
        {
            "category",
            "categories",
            "kicker",
            "topic",
            "topics",
            "tags",
            "tag",
            "eyebrow",
            "section-label",
        }
    ),
    Hint.BIO: frozenset(
        {
            "bio",
            "author-bio",
            "about-author",
            "about-the-author",
            "author-info",
            "author-box",
            "biography",
        }
    ),
}
_HEADLINE_NAMES = frozenset(
    {"headline", "entry-title", "post-title", "article-title", "page-title", "msotitle"}
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_WHOLE_PAGE = frozenset({"html", "body", "main", "article", "h1", "p", "title"})


def zone_of(tag: Tag) -> Zone | None:
    """Tell whether an element holds furniture."""
    attributes = tag.attributes
    if tag.name in _FURNITURE or "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return Zone.FURNITURE
    if attributes.get("role", "").lower() in _ROLES or _HIDDEN.search(
        attributes.get("style", "")[:500]
    ):
        return Zone.FURNITURE
    names = _names(tag)
    if tag.name in _WHOLE_PAGE:
        names &= _SITE_NAMES if tag.name in {"h1", "p"} else frozenset()
    if names & (_FURNITURE_NAMES | _SITE_NAMES):
        return Zone.FURNITURE
    if tag.name in _DOUBTFUL or names & _DOUBTFUL_NAMES:
        return Zone.DOUBTFUL
    return Zone.HEADER if tag.name == "header" or names & _HEADER_NAMES else None


def hint_of(tag: Tag) -> Hint:
    """Tell what an element calls its content."""
    names = _names(tag)
    names |= set(tag.attributes.get("rel", "").lower().split())
    names |= set(tag.attributes.get("itemprop", "").lower().split())
    # "author-bio" has the word of a byline as well, so the longer names come first.
    for hint in (Hint.BIO, Hint.TOPIC, Hint.DEK, Hint.BYLINE):
        if names & _HINTS[hint]:
            return hint
    return Hint.DATE if tag.name == "time" else Hint.NONE


def _names(tag: Tag) -> set[str]:
    """Give the words of class and id, each whole, and its first and last part."""
    found: set[str] = set()
    for name in (
        f"{tag.attributes.get('class', '')} {tag.attributes.get('id', '')}"[:1000].lower().split()
    ):
        parts = re.split(r"[-_]+", name)
        if parts[0] in {"has", "no", "with", "is", "not"}:
            continue
        found |= {name, parts[0], parts[-1]}
    return found


def is_headline(tag: Tag) -> bool:
    """Tell whether an element that is no heading is set as the page's title."""
    return tag.name in {"div", "p", "span"} and bool(_names(tag) & _HEADLINE_NAMES)
