"""What a component may hold and where it may stand, and what mrml makes silently wrong.

mrml copies an unknown tag, drops an unknown attribute, and prints a stray text between the tables
of the layout, all without a word.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from pipeline.rendering.validating import mjml_schema, mjml_values
from pipeline.rendering.validating.mjml_schema import (
    EVERYWHERE,
    ONCE,
    REFUSED,
    REFUSED_ATTRIBUTES,
    Component,
    Content,
)

# mrml refuses a comment in these.
NO_COMMENT = frozenset(
    {
        *("mj-attributes", "mj-accordion-element", "mj-accordion-title", "mj-carousel"),
        *("mj-image", "mj-divider", "mj-spacer", "mj-title", "mj-preview", "mj-breakpoint"),
        *("mj-carousel-image", "mj-font", "mj-all", "mj-class"),
    }
)
_IMAGES = frozenset({"img", "mj-image", "mj-carousel-image"})
_NO_TEXT = 'write alt="..." into it, alt="" if it says nothing'


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that an element breaks."""

    message: str
    remedy: str
    #: The attribute that breaks it; empty: the element itself.
    attribute: str = ""
    #: Whether it may only follow from a tag before it that is not closed.
    follows: bool = False


@dataclass(slots=True)
class Rules:
    """The rules, and what the head of one document has set."""

    #: The attributes that each ``<mj-class>`` sets.
    _classes: dict[str, frozenset[str]] = field(default_factory=dict)
    #: The components that get their alternative text from ``<mj-attributes>``.
    _have_text: set[str] = field(default_factory=set)

    def element(
        self, tag: str, attributes: Mapping[str, str], parents: Sequence[str], siblings: set[str]
    ) -> Iterator[Broken]:
        """Look at an element within ``parents``, after siblings of these tags."""
        parent = parents[-1] if parents else ""
        if "mj-attributes" in parents:
            yield from self._default(tag, attributes, parent)
            return
        component = mjml_schema.components().get(tag)
        if component is None:
            yield from _unknown(tag, attributes, parent)
            return
        yield from _place(tag, parents)
        if tag in siblings and tag in ONCE:
            yield Broken(f"<{tag}> stands twice in <{parent}>", "write both into one")
        yield from self._attributes(component, attributes)

    def _default(self, tag: str, attributes: Mapping[str, str], parent: str) -> Iterator[Broken]:
        if parent == "mj-class":
            yield Broken(
                f"<{tag}> stands in <mj-class>, where the compiler takes nothing",
                f"write <{tag}> beside it, or its attributes into the <mj-class>",
                follows=True,
            )
            return
        component = mjml_schema.defaults().get(tag)
        if parent != "mj-attributes":
            yield Broken(f"<{tag}> stands in <{parent}>", "write it beside", follows=True)
            return
        if component is None:
            yield from _no_such(tag, mjml_schema.defaults())
            return
        if tag == "mj-class" and attributes.get("name"):
            self._classes[attributes["name"]] = frozenset(attributes) - {"name"}
        if "alt" in attributes:
            self._have_text |= _IMAGES - {"img"} if tag == "mj-all" else {tag}
        yield from _names_and_values(component, attributes)

    def _attributes(self, component: Component, attributes: Mapping[str, str]) -> Iterator[Broken]:
        yield from _names_and_values(component, attributes)
        if "mj-class" in attributes:
            yield from self._named_classes(attributes["mj-class"].split())
        if (
            component.tag in _IMAGES
            and "alt" not in attributes
            and not self._has_text(component.tag, attributes)
        ):
            yield _textless(attributes)

    def _has_text(self, tag: str, attributes: Mapping[str, str]) -> bool:
        names = attributes.get("mj-class", "").split()
        return tag in self._have_text or any("alt" in self._classes.get(n, ()) for n in names)

    def _named_classes(self, names: list[str]) -> Iterator[Broken]:
        seen: dict[str, str] = {}
        for name in names:
            if name not in self._classes:
                near = difflib.get_close_matches(name, self._classes, n=1)
                yield Broken(
                    f"no <mj-class> has the name {name}",
                    f"did you mean {near[0]}?" if near else "define it in <mj-attributes>",
                    "mj-class",
                )
            for attribute in sorted(self._classes.get(name, ())):
                if seen.setdefault(attribute, name) != name:
                    yield Broken(
                        f"the classes {seen[attribute]} and {name} both set {attribute}, where"
                        " the compiler takes the first and MJML says the last",
                        "set it in one of them, or in the element",
                        "mj-class",
                    )


@cache
def meant(tag: str) -> str:
    """Give the component that a tag names, mistyped or not; else the tag."""
    known = mjml_schema.components().keys() | mjml_schema.defaults().keys() | REFUSED.keys()
    return tag if tag in known or not tag.startswith("mj") else _nearest(tag, known) or tag


def _nearest(tag: str, known: Iterable[str]) -> str:
    """Give the known tag that is most like one; all begin alike, so that does not count."""
    names = {each.removeprefix("mj-"): each for each in known}
    near = difflib.get_close_matches(tag.removeprefix("mj-").removeprefix("mj"), names, n=1)
    return names[near[0]] if near else ""


def content(tag: str, parents: Sequence[str]) -> Content | None:
    """Say what an element within ``parents`` may hold; ``None``: nobody knows."""
    if "mj-attributes" in parents:
        return Content.NOTHING
    component = mjml_schema.components().get(tag)
    return component.content if component else None


def comment(parent: str, comment: str) -> Broken | None:
    """Look at a comment; those that only people read are taken out before the compiler."""
    if parent == "mj-style":
        return Broken("a comment of HTML stands in <mj-style>", "write /* ... */")
    if is_conditional(comment) and parent in NO_COMMENT:
        return Broken(f"a conditional comment stands in <{parent}>", "write it into <mj-raw>")
    return None


def is_conditional(comment: str) -> bool:
    """Tell whether Outlook reads a comment."""
    return "[if" in comment or "[endif]" in comment


def text(parent: str, content: Content | None) -> Broken:
    """Tell of a text where none belongs."""
    remedy = (
        "write it into <mj-text>, or into <mj-raw>"
        if content is Content.COMPONENTS
        else f"remove it; <{parent}> shows nothing but its attributes"
    )
    return Broken(f"a text stands directly in <{parent}>", remedy, follows=True)


def image(attributes: Mapping[str, str]) -> Iterator[Broken]:
    """Look at an ``<img>`` of HTML."""
    if "alt" not in attributes:
        yield _textless(attributes)


def in_html(tag: str, host: str) -> Broken:
    """Tell of a component that stands in HTML."""
    if tag in mjml_schema.components():
        return Broken(
            f"<{tag}> stands in <{host}>, which takes HTML and no components",
            f"write it beside <{host}>",
            follows=True,
        )
    return next(iter(_no_such(tag, mjml_schema.components())))


def _textless(attributes: Mapping[str, str]) -> Broken:
    source = attributes.get("src", "")
    return Broken(f"the image {source[:200]!r} has no alternative text", _NO_TEXT)


def _unknown(tag: str, attributes: Mapping[str, str], parent: str) -> Iterator[Broken]:
    if tag in REFUSED:
        yield Broken(f"<{tag}> is not supported", REFUSED[tag])
    elif tag.startswith("mj") or not parent:
        yield from _no_such(tag, mjml_schema.components())
    else:
        yield _out_of_place(tag, parent)
        if tag == "img":
            yield from image(attributes)


def _out_of_place(tag: str, parent: str) -> Broken:
    host = mjml_schema.components().get(parent)
    if host and host.content is not Content.COMPONENTS:
        fact, remedy = f"<{parent}> holds {host.content}, and no <{tag}>", "remove it"
    else:
        fact = f"the HTML element <{tag}> stands directly in <{parent}>"
        remedy = "write it into <mj-raw>" if parent == "mj-head" else "write it into <mj-text>"
    return Broken(fact, remedy, follows=True)


def _no_such(tag: str, known: Iterable[str]) -> Iterator[Broken]:
    near = _nearest(tag, known)
    remedy = f"did you mean <{near}>?" if near else "look at the list of MJML's components"
    yield Broken(f"MJML has no element <{tag}>", remedy)


def _place(tag: str, parents: Sequence[str]) -> Iterator[Broken]:
    if not parents:
        if tag != "mjml":
            yield Broken(f"the first element is <{tag}>", "begin issue.mjml with <mjml>")
        return
    parent = parents[-1]
    host = mjml_schema.components().get(parent)
    if host is None or tag in host.children:
        return
    homes = sorted(one.tag for one in mjml_schema.components().values() if tag in one.children)
    listed = " or ".join(f"<{home}>" for home in homes[:4])
    if host.content is Content.COMPONENTS:
        yield Broken(
            f"<{tag}> cannot stand in <{parent}>",
            f"write it into {listed}" if listed else "remove it",
            follows=True,
        )
    else:
        yield Broken(f"<{parent}> holds {host.content}, and no <{tag}>", "remove it", follows=True)


def _names_and_values(component: Component, attributes: Mapping[str, str]) -> Iterator[Broken]:
    for name, value in attributes.items():
        refused = REFUSED_ATTRIBUTES.get((component.tag, name))
        kind = component.attributes.get(name)
        if refused:
            fact, remedy = refused
            yield Broken(f"<{component.tag}> has {name}, and {fact}", remedy, name)
        elif kind is None:
            if name not in EVERYWHERE:
                yield _no_attribute(component, name)
        elif kind != "string" and (wrong := mjml_values.fault(kind, value)):
            fact, remedy = wrong
            yield Broken(f"{name} of <{component.tag}> {fact}: {value[:100]!r}", remedy, name)
    for name in component.required:
        if not attributes.get(name):
            yield Broken(f"<{component.tag}> has no {name}", f'write {name}="..." into it')


def _no_attribute(component: Component, name: str) -> Broken:
    known = [*component.attributes, *sorted(EVERYWHERE)]
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        remedy = f"did you mean {near[0]}?"
    elif component.content is Content.HTML:
        remedy = f"write it into an HTML element within <{component.tag}>, or leave it out"
    else:
        remedy = "leave it out, or write it as a style of a css-class"
    return Broken(f"<{component.tag}> has no attribute {name}", remedy, name)
