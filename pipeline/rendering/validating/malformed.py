"""What is not well-formed in a source, in words of one who writes templates.

Expat says "not well-formed (invalid token)" of nearly everything; what stands there tells more.
"""

import difflib
import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

_NAME = re.compile(r"[A-Za-z_:][^\s=<>\"'/]*")
_TAG_NAME = re.compile(r"<[A-Za-z_:][^\s<>\"'/=]*")
_ATTRIBUTE = re.compile(r"(?P<name>[^\s=<>\"'/]+)\s*=\s*(?P<value>\"[^\"]*\"|'[^']*')")
_DECLARATION = re.compile(
    r"<!\[(?P<condition>if\b[^\]<>]*|endif)\]>|<!\[[^<>\s]{0,20}|<![a-z]+|<\?xml\b", re.IGNORECASE
)
_SPACE = re.compile(r"\s*")
_ENTITY = re.compile(r"&(?P<name>[A-Za-z][A-Za-z0-9]*);")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BAD_NUMBER = expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]
_UNDEFINED = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]


@dataclass(frozen=True, slots=True)
class Malformed:
    """What breaks the form of a source, and where."""

    message: str
    #: In characters from 0.
    offset: int
    remedy: str


def explain(xml: str, code: int, at: int) -> Malformed:
    """Explain expat's error ``code``, which it noticed at the character ``at``."""
    if code == _UNDEFINED:
        return _unknown_character(xml, at)
    return next(_candidates(xml, code, at))


def _candidates(xml: str, code: int, at: int) -> Iterator[Malformed]:
    """Give what may be wrong, the likeliest first."""
    control = _CONTROL.match(xml, at)
    if control:
        what = f"a control character, U+{ord(control[0]):04X}, stands in it"
        yield Malformed(what, at, "remove it")
    comment = xml.rfind("<!--", 0, at + 4)
    if comment >= 0 and xml.find("-->", comment + 4, at) < 0:
        yield _in_comment(xml, comment, at)
    tag = xml.rfind("<", 0, at + 1)
    yield from _in_declaration(xml, tag)
    # A bracket in a value is no tag: look from the one before it, too.
    for start in (xml.rfind("<", 0, max(tag, 0)), tag):
        if start >= 0:
            yield from _in_tag(xml, start)
    if code == _BAD_NUMBER:
        yield Malformed("a number stands for no character", at, "remove it")
    if not xml.startswith("<"):
        yield Malformed("it does not begin with a tag", 0, "begin issue.mjml with <mjml>")
    if "]]>" in xml[max(at - 2, 0) : at + 3]:
        yield Malformed("a ]]> stands in the text", at, "write ]]&gt;")
    yield Malformed("it is not well-formed", at, "close every tag, quote every value")


def _unknown_character(xml: str, at: int) -> Malformed:
    found = _ENTITY.search(xml, at) or _ENTITY.search(xml, max(at - 40, 0))
    name = found["name"] if found else ""
    near = difflib.get_close_matches(
        f"{name};", [each for each in html.entities.html5 if each.endswith(";")], n=1, cutoff=0.75
    )
    remedy = f"did you mean &{near[0]}?" if near else f"write &amp;{name}; to show it as it is"
    return Malformed(f"HTML has no character &{name};", found.start() if found else at, remedy)


def _in_comment(xml: str, start: int, at: int) -> Malformed:
    if xml.find("-->", start + 4) < 0:
        return Malformed("the comment is never ended", start, "write --> at its end")
    dashes = xml.find("--", start + 4)
    return Malformed(
        "two hyphens stand in a comment",
        dashes if dashes >= 0 else at,
        "write one, or a dash",
    )


def _in_declaration(xml: str, start: int) -> Iterator[Malformed]:
    """Explain what begins like a declaration; expat takes one nowhere but before the first tag."""
    found = _DECLARATION.match(xml, max(start, 0))
    if found is None:
        return
    match found[0][:3].lower(), found["condition"]:
        case "<![", None:
            yield Malformed(
                f"{found[0]} stands in it, which HTML does not know", start, "remove it"
            )
        case "<![", condition:
            yield Malformed(
                f"<![{condition}]> is a condition that the inliner breaks",
                start,
                "write <!--<![endif]-->"
                if condition == "endif"
                else f"write <!--[{condition}]><!-->",
            )
        case _, _ if found[0].lower().startswith("<!doctype"):
            yield Malformed("a doctype stands in it", start, "remove it: the compiler writes one")
        case "<?x", _:
            yield Malformed("<?xml?> stands in it", start, "remove it")
        case _:
            yield Malformed(f"{found[0]} stands in it, which is no tag", start, "remove it")


def _in_tag(xml: str, start: int) -> Iterator[Malformed]:
    """Explain what is wrong in the tag at ``start``."""
    tag = _TAG_NAME.match(xml, start)
    if tag is None:
        if xml[start + 1 : start + 2] not in {"!", "?", "/"}:
            yield Malformed("a < stands by itself", start, "write &lt;")
        return
    name, place, seen = f"{tag[0]}>", tag.end(), set[str]()
    before: re.Match[str] | None = None
    while not xml.startswith((">", "/>"), place := _behind_space(xml, gap := place)):
        found = _ATTRIBUTE.match(xml, place)
        if found is None or gap == place:
            if before and before["value"][1:-1].rstrip().endswith("="):
                message = f"the value of {before['name']} in {name} has no end"
                yield Malformed(message, before.start(), f"write {before['value'][0]} at its end")
            if found is None:
                yield _broken_attribute(xml, name, start, place)
                return
        attribute = found["name"]
        if gap == place:
            yield Malformed(f"no space stands before {attribute} in {name}", place, "write one")
        if attribute in seen:
            message = f"{name} has the attribute {attribute} twice"
            yield Malformed(message, place, "write both into one")
        seen.add(attribute)
        bracket = xml.find("<", found.end("name"), found.end())
        if bracket >= 0:
            yield Malformed(f"a < stands in the value of {attribute}", bracket, "write &lt;")
        before, place = found, found.end()


def _behind_space(xml: str, place: int) -> int:
    found = _SPACE.match(xml, place)
    return found.end() if found else place


def _broken_attribute(xml: str, name: str, start: int, place: int) -> Malformed:
    found = _NAME.match(xml, place)
    if found is None:
        if xml[place : place + 1] in {"<", ""}:
            return Malformed(f"the tag {name} is never ended", start, "write > at its end")
        return Malformed(
            f"{xml[place]} stands in the tag {name} where an attribute belongs", place, "remove it"
        )
    attribute, behind = found[0], xml[found.end() :].lstrip()
    if not behind.startswith("="):
        return Malformed(f"{attribute} in {name} has no value", place, f'write {attribute}="..."')
    value = behind[1:].lstrip()
    if value[:1] in {'"', "'"}:
        return Malformed(
            f"the value of {attribute} in {name} has no end", place, f"write {value[0]} at its end"
        )
    bare = re.match(r"[^\s<>\"'=/]*", value)
    meant = bare[0] if bare and bare[0] else "..."
    return Malformed(
        f"the value of {attribute} in {name} is not quoted", place, f'write {attribute}="{meant}"'
    )
