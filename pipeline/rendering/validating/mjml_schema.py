"""Edge: the components of MJML 5, read once from npm mjml's own tables, and what mrml 6 refuses.

The tables are in ``data/mjml-schema.json`` (MIT licence, beside it).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

#: Attributes that every component takes.
EVERYWHERE = frozenset({"css-class", "mj-class"})


class Content(StrEnum):
    """What may stand between the tags of a component."""

    #: Other components, and no text.
    COMPONENTS = "components"
    #: HTML.
    HTML = "HTML"
    #: Text without any element.
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Component:
    """One element of MJML."""

    tag: str
    content: Content
    #: The type of each attribute, such as ``unit(px,%){1,4}``.
    attributes: Mapping[str, str]
    #: The components that may stand in it.
    children: frozenset[str] = frozenset()
    #: Attributes without which it shows nothing.
    required: tuple[str, ...] = ()


#: MJML has these and mrml does not: the component, and what to do instead.
REFUSED = {
    "mj-include": 'write {% include "file.mjml" %}',
    "mj-html-attributes": "write the attributes into the elements",
    "mj-selector": "write the attributes into the elements",
    "mj-html-attribute": "write the attributes into the elements",
}
_DROPPED = "the compiler drops it"
#: An attribute that mrml drops or refuses: what becomes of it, and what to do instead.
REFUSED_ATTRIBUTES = {
    ("mjml", "owa"): (_DROPPED, "leave it out"),
    ("mj-body", "id"): (_DROPPED, "write a css-class"),
    ("mj-table", "role"): (
        _DROPPED,
        'write <table role="presentation"> into <mj-text> instead of <mj-table>',
    ),
    ("mj-button", "title"): (_DROPPED, "say it in the words of the button"),
    ("mj-wrapper", "gap"): (_DROPPED, "write a padding-top into each section but the first"),
    ("mj-social-element", "icon-position"): (_DROPPED, "leave it out: the icon stands first"),
    ("mj-hero", "border-radius"): (_DROPPED, "leave it out, or write it as a style of a css-class"),
    **dict.fromkeys(
        (("mj-image", "border-top"), ("mj-image", "border-bottom")),
        (_DROPPED, "write a border, or an <mj-divider> beside the image"),
    ),
    ("mj-image", "sizes"): (_DROPPED, "leave it out: mail programs do not read it"),
    ("mj-raw", "position"): ("the compiler does not support it", "leave it out"),
    ("mj-style", "inline"): (
        _DROPPED,
        "leave it out: every rule that can be is written into the elements",
    ),
}
#: Components that may stand only once in their parent.
ONCE = frozenset(
    {
        *("mj-head", "mj-body", "mj-title", "mj-preview", "mj-breakpoint"),
        *("mj-accordion-title", "mj-accordion-text"),
    }
)

# What mrml takes between the tags, where it differs from the tables.
_CONTENT = {
    "mj-title": Content.TEXT,
    "mj-preview": Content.TEXT,
    "mj-style": Content.TEXT,
    "mj-accordion-title": Content.TEXT,
    "mj-breakpoint": Content.NOTHING,
    "mj-carousel-image": Content.NOTHING,
}
# Where mrml refuses the <mj-raw> that the tables allow.
_NO_RAW = frozenset(
    {"mjml", "mj-accordion", "mj-accordion-element", "mj-navbar", "mj-social", "mj-carousel"}
)
_REQUIRED = {
    "mj-image": ("src",),
    "mj-carousel-image": ("src",),
    "mj-font": ("name", "href"),
    "mj-breakpoint": ("width",),
}


@cache
def components() -> Mapping[str, Component]:
    """Give every component that may stand in a document, by its tag."""
    tables = json.loads(files(__package__).joinpath("data", "mjml-schema.json").read_bytes())
    tables["components"]["mjml"] = {
        "allowed": {"lang": "string", "dir": "enum(ltr,rtl,auto)", "owa": "string"},
        "endingTag": False,
    }
    return {
        tag: _component(tag, row, tables["children"].get(tag, []))
        for tag, row in tables["components"].items()
        if tag not in REFUSED
    }


@cache
def defaults() -> Mapping[str, Component]:
    """Give what may stand in ``<mj-attributes>``, by its tag."""
    every: dict[str, str] = {}
    for one in components().values():
        for name, kind in one.attributes.items():
            if (one.tag, name) in REFUSED_ATTRIBUTES:
                continue
            # Where the components differ, <mj-all> may hold what any of them takes.
            every[name] = kind if every.get(name, kind) == kind else "string"
    own = {
        "mj-all": Component("mj-all", Content.NOTHING, every),
        "mj-class": Component(
            "mj-class", Content.NOTHING, {**every, "name": "string"}, required=("name",)
        ),
    }
    return own | {
        tag: Component(tag, Content.NOTHING, one.attributes) for tag, one in components().items()
    }


def _component(tag: str, row: Mapping[str, Any], listed: list[object]) -> Component:
    children = frozenset(child for child in listed if isinstance(child, str)) - REFUSED.keys()
    if tag in _NO_RAW:
        children -= {"mj-raw"}
    return Component(
        tag,
        _CONTENT.get(tag) or _content(tag, children, ending=row["endingTag"]),
        row["allowed"],
        children,
        _REQUIRED.get(tag, ()),
    )


def _content(tag: str, children: frozenset[str], *, ending: bool) -> Content:
    if ending:
        return Content.HTML
    # What may stand in <mj-attributes> is in `defaults`.
    return Content.COMPONENTS if children or tag == "mj-attributes" else Content.NOTHING
