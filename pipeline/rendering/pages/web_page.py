"""An edition -> the page of its issue for everybody, as ``/issues/N`` shows it.

It is the HTML part without what was for one reader or for one mail program, in the markup of
today, with what search engines and those who share it ask for.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree, html

from pipeline.errors import PostConditionError
from pipeline.model.edition import Edition
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.pages import corrections, modern_markup

# What acts by itself, or sends what is written into it somewhere.
_ACTIVE = ("applet", "base", "embed", "form", "frame", "frameset", "iframe", "object", "script")
_FOLLOWED = frozenset({"action", "formaction", "href", "src", "xlink:href"})
# Signs that browsers pass over in an address.
_UNSEEN = re.compile(r"[\x00-\x20]")
# What a mail says in its head and the page does not, or says in its own words.
_REPLACED = frozenset({"canonical", "description", "robots", "supported-color-schemes"})


def render(
    edition: Edition,
    options: RenderOptions,
    *,
    listed: bool = False,
    images: Mapping[str, str] | None = None,
    corrected_at: datetime | None = None,
) -> str:
    """Write the page; with ``listed`` search engines may show it.

    ``images`` says where images are taken from instead, for a look before they are served.
    ``corrected_at`` (aware): when a mistake was mended in it; the page says so.
    Raises PostConditionError when the edition would show a personal value on it.
    """
    try:
        mail = edition.html.public()
    except KeyError as error:
        raise PostConditionError(
            f"{error.args[0]} would stand on a public page", place=f"issue {edition.number}"
        ) from error
    root = html.document_fromstring(mail, ensure_head_body=True)
    assert isinstance(root, html.HtmlElement)  # noqa: S101 - for mypy: lxml's stubs say less
    _leave_out_active(root)
    hints = modern_markup.modernise(root)
    _mark_landmarks(root)
    if corrected_at is not None:
        corrections.note(root, corrected_at, options)
    head = root.head
    for element in list(head):
        names = element.attrib
        kind = names.get("name") or names.get("rel")
        if kind in _REPLACED or "http-equiv" in names or "charset" in names:
            element.drop_tree()
    head.insert(0, html.Element("meta", charset="utf-8"))
    sheet = head.find("style")
    own = html.Element("style")
    own.text = hints.sheet()
    head.insert(len(head) if sheet is None else head.index(sheet), own)
    head.extend(_about(edition, options, root, listed=listed, corrected_at=corrected_at))
    for picture in root.iter("img"):
        url = picture.get("src", "")
        picture.set("src", (images or {}).get(url, url))
    page = etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return f"{page}\n"


def _leave_out_active(root: html.HtmlElement) -> None:
    """Take out what acts by itself: mail programs do so, and a file server would not."""
    for element in root.xpath("//body//meta|//body//link"):
        element.drop_tree()
    for element in list(root.iter(*_ACTIVE)):
        element.drop_tree()
    for element in root.iter(etree.Element):
        for name, value in list(element.attrib.items()):
            scheme = _UNSEEN.sub("", value).lower().partition(":")[0]
            if name.lower().startswith("on") or (
                name.lower() in _FOLLOWED
                and (scheme in {"javascript", "vbscript"} or (scheme == "data" and name != "src"))
            ):
                del element.attrib[name]


def _mark_landmarks(root: html.HtmlElement) -> None:
    """Say where the page's head, its body and its end are, so that one can go there."""
    for wrapper in root.xpath("//body/div[@role='article']"):
        for name in ("role", "aria-label", "aria-roledescription"):
            wrapper.attrib.pop(name, None)
        parts = list(wrapper)
        titled = [place for place, part in enumerate(parts) if part.xpath(".//h1")]
        begin = titled[0] + 1 if titled else 0
        # The end has no heading: the last part that has one belongs to the body.
        headed = [place for place, part in enumerate(parts) if part.xpath(".//h2|.//h3")]
        end = max(headed[-1] + 1 if headed else begin, begin)
        for tag, some in (
            ("header", parts[:begin]),
            ("main", parts[begin:end]),
            ("footer", parts[end:]),
        ):
            landmark = html.Element(tag)
            landmark.extend(some)
            if some or tag == "main":
                wrapper.append(landmark)


def _about(
    edition: Edition,
    options: RenderOptions,
    root: html.HtmlElement,
    *,
    listed: bool,
    corrected_at: datetime | None,
) -> Iterator[html.HtmlElement]:
    """Say what the page is: to search engines, and to what shows a card of it."""
    url = options.web_view_url(edition.number)
    picture = _picture(root)
    described = {"description": edition.preheader} if edition.preheader else {}
    if not listed:
        yield html.Element("meta", name="robots", content="noindex")
    for name, content in described.items():
        yield html.Element("meta", name=name, content=content)
    yield html.Element("link", rel="canonical", href=url)
    card = {
        "og:type": "article",
        "og:title": edition.subject or options.title,
        **{f"og:{name}": content for name, content in described.items()},
        "og:url": url,
        "og:site_name": options.title,
        "og:locale": _locale(root.get("lang") or options.language),
        **picture,
        "article:published_time": edition.slot.isoformat(),
        **({"article:modified_time": corrected_at.isoformat()} if corrected_at else {}),
    }
    for name, content in card.items():
        yield html.Element("meta", property=name, content=content)
    # The other words of a card are those of Open Graph.
    kind = "summary_large_image" if picture else "summary"
    yield html.Element("meta", name="twitter:card", content=kind)


def _picture(root: html.HtmlElement) -> dict[str, str]:
    """Find the first picture that others can fetch."""
    for picture in root.iter("img"):
        url = picture.get("src", "")
        if url.startswith("https://"):
            alt = picture.get("alt", "")
            return {"og:image": url, **({"og:image:alt": alt} if alt else {})}
    return {}


def _locale(language: str) -> str:
    """Write a language tag as Open Graph wants it, with the country it is most spoken in."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - read only where a page is made
    from babel.core import get_global  # noqa: PLC0415

    tag = language.replace("-", "_")
    likely = get_global("likely_subtags").get(tag.partition("_")[0].lower(), tag)
    try:
        known, usual = Locale.parse(tag), Locale.parse(likely)
    except (ValueError, UnknownLocaleError):
        return tag
    country = known.territory or usual.territory or ""
    # 001 is the world.
    return f"{known.language}_{country}" if country.isalpha() else str(known.language)
