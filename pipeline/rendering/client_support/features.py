"""The table of detectors: by which facts about a page each of caniemail's features is known.

A fact is written as :mod:`sheets` and :mod:`elements` tell it; one is enough. The name of a
property stands for its vendors' variants too.
"""

from collections.abc import Iterable, Mapping
from itertools import product

_SIDES = ("top", "right", "bottom", "left")
_ENDS = ("start", "end")
_AXES = ("inline", "block")
_ASPECTS = ("width", "style", "color")


def _words(text: str) -> list[str]:
    return text.split()


def _each(kind: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{kind} {name}" for name in names)


def _properties(*names: str) -> tuple[str, ...]:
    return _each("property", names)


def _elements(*names: str) -> tuple[str, ...]:
    return _each("element", names)


def _joined(*parts: Iterable[str]) -> tuple[str, ...]:
    return tuple("-".join(words) for words in product(*parts))


def _values(names: Iterable[str], keywords: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}: {word}" for name, word in product(names, keywords))


# caniemail names the feature css-X after the property X.
_SAME_NAME = _words(
    """
    accent-color align-items aspect-ratio backdrop-filter background background-blend-mode
    background-clip background-color background-image background-origin background-position
    background-repeat background-size border-collapse border-spacing box-shadow box-sizing
    caption-side clear clip-path color-scheme column-count cursor direction display
    empty-cells filter float font font-kerning font-size font-size-adjust font-stretch
    font-weight height hyphenate-character hyphenate-limit-chars hyphens inline-size
    justify-content letter-spacing line-height list-style list-style-image
    list-style-position list-style-type mask-image max-block-size max-height max-inline-size
    max-width min-block-size min-height min-inline-size min-width mix-blend-mode object-fit
    object-position opacity orphans outline-offset overflow-wrap position resize
    shape-margin shape-outside tab-size table-layout text-align text-align-last
    text-decoration text-decoration-color text-decoration-line text-decoration-skip-ink
    text-decoration-style text-decoration-thickness text-emphasis-position text-indent
    text-justify text-orientation text-overflow text-shadow text-transform
    text-underline-offset text-underline-position text-wrap transform user-select
    vertical-align visibility white-space white-space-collapse widows width word-break
    word-spacing word-wrap writing-mode z-index
    """
)

_PROPERTIES: dict[str, tuple[str, ...]] = {
    **{f"css-{name}": _properties(name) for name in _SAME_NAME},
    "css-animation": _properties(
        "animation",
        *_joined(
            ["animation"],
            _words(
                """
    delay direction duration fill-mode iteration-count name play-state timing-function
    """
            ),
        ),
    ),
    "css-block-inline-size": _properties("block-size", "inline-size"),
    "css-border": _properties(
        "border",
        *_joined(["border"], _ASPECTS),
        *_joined(["border"], _SIDES),
        *_joined(["border"], _SIDES, _ASPECTS),
    ),
    "css-border-image": _properties(
        "border-image",
        *_joined(["border-image"], ["outset", "repeat", "slice", "source", "width"]),
    ),
    "css-border-inline-block": _properties(*_joined(["border"], _AXES)),
    "css-border-inline-block-individual": _properties(
        *_joined(["border"], _AXES, _ENDS), *_joined(["border"], _AXES, _ASPECTS)
    ),
    "css-border-inline-block-longhand": _properties(*_joined(["border"], _AXES, _ENDS, _ASPECTS)),
    "css-border-radius": _properties(
        "border-radius", *_joined(["border"], ["top", "bottom"], ["left", "right"], ["radius"])
    ),
    "css-border-radius-logical": _properties(*_joined(["border"], _ENDS, _ENDS, ["radius"])),
    "css-column-layout-properties": _properties(
        "columns",
        *_joined(["column"], ["count", "fill", "rule", "span", "width"]),
        *_joined(["column-rule"], _ASPECTS),
    ),
    "css-gap": _properties(
        *(f"{kind}gap" for kind in ("", "column-", "row-", "grid-", "grid-column-", "grid-row-"))
    ),
    "css-grid-template": _properties(
        "grid-template", *_joined(["grid-template"], ["areas", "columns", "rows"])
    ),
    "css-inset": _properties(
        "inset", *_joined(["inset"], _AXES), *_joined(["inset"], _AXES, _ENDS)
    ),
    "css-left-right-top-bottom": _properties(*_SIDES),
    "css-margin": _properties("margin", *_joined(["margin"], _SIDES)),
    "css-margin-block-start-end": _properties(*_joined(["margin-block"], _ENDS)),
    "css-margin-inline-block": _properties(*_joined(["margin"], _AXES)),
    "css-margin-inline-start-end": _properties(*_joined(["margin-inline"], _ENDS)),
    "css-outline": _properties("outline", *_joined(["outline"], _ASPECTS)),
    "css-overflow": _properties("overflow", *_joined(["overflow"], ["x", "y", "block", "inline"])),
    "css-padding": _properties("padding", *_joined(["padding"], _SIDES)),
    "css-padding-block-start-end": _properties(*_joined(["padding-block"], _ENDS)),
    "css-padding-inline-block": _properties(*_joined(["padding"], _AXES)),
    "css-padding-inline-start-end": _properties(*_joined(["padding-inline"], _ENDS)),
    "css-scroll-snap": _properties(
        *_joined(["scroll-snap"], ["align", "stop", "type", "coordinate", "destination"])
    ),
    "css-text-emphasis": _properties("text-emphasis", *_joined(["text-emphasis"], _ASPECTS)),
    "css-transition": _properties(
        "transition",
        *_joined(["transition"], ["behavior", "delay", "duration", "property", "timing-function"]),
    ),
}

_FLEX = ("flex", "inline-flex", "flexbox", "inline-flexbox")
_SYSTEM_FONTS = ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace")
_INTRINSIC = ("fit-content", "max-content", "min-content")

_VALUES: dict[str, tuple[str, ...]] = {
    "css-conic-gradient": _each("function", ["conic-gradient", "repeating-conic-gradient"]),
    "css-display-flex": _values(["display"], _FLEX),
    "css-display-grid": _values(["display"], ["grid", "inline-grid"]),
    "css-display-none": ("display: none",),
    "css-flex-direction": _values(["flex-direction", "flex-flow"], ["column", "column-reverse"]),
    "css-flex-wrap": _values(["flex-wrap", "flex-flow"], ["wrap", "wrap-reverse"]),
    "css-function-clamp": ("function clamp",),
    "css-function-light-dark": ("function light-dark",),
    "css-function-max": ("function max",),
    "css-function-min": ("function min",),
    "css-important": ("important",),
    "css-intrinsic-size": (*_each("keyword", _INTRINSIC), "function fit-content"),
    "css-linear-gradient": _each("function", ["linear-gradient", "repeating-linear-gradient"]),
    "css-modern-color": _each("function", ["lab", "lch", "oklab", "oklch"]),
    "css-radial-gradient": _each("function", ["radial-gradient", "repeating-radial-gradient"]),
    "css-rgb": ("function rgb",),
    "css-rgba": ("function rgba",),
    "css-sytem-ui": _values(["font", "font-family"], _SYSTEM_FONTS),
    "css-unit-calc": ("function calc",),
    "css-unit-initial": ("value initial",),
    "css-unit-percent": ("unit %",),
    **{
        f"css-unit-{name}": (f"unit {name}",)
        for name in _words(
            """
    ch cm em ex in mm pc pt px rem vh vmax vmin vw
    """
        )
    },
    "css-variables": ("custom-property", "function var"),
}

_RULES: dict[str, tuple[str, ...]] = {
    "css-at-font-face": ("at font-face",),
    "css-at-import": ("at import",),
    "css-at-keyframes": ("at keyframes",),
    "css-at-media": ("at media",),
    # Written -webkit-min-device-pixel-ratio and min--moz-device-pixel-ratio.
    "css-at-media-device-pixel-ratio": _each(
        "media",
        [
            f"{before}device-pixel-ratio"
            for before in (
                "",
                "min-",
                "max-",
                *("-webkit-", "-webkit-min-", "-webkit-max-"),
                *("min--moz-", "max--moz-", "-moz-", "-o-", "-o-min-", "-o-max-"),
            )
        ],
    ),
    "css-at-media-hover": _each("media", ["hover", "any-hover"]),
    "css-at-media-orientation": ("media orientation",),
    "css-at-media-prefers-color-scheme": ("media prefers-color-scheme",),
    "css-at-media-prefers-reduced-motion": ("media prefers-reduced-motion",),
    "css-at-supports": ("at supports",),
    "css-comments": ("comment css",),
    "css-nesting": ("nesting",),
    **{
        f"css-pseudo-class-{name}": (f"pseudo-class {name}",)
        for name in _words(
            """
    active checked default first-child first-of-type focus focus-visible focus-within has
    hover lang last-child last-of-type link not nth-child nth-last-child nth-last-of-type
    nth-of-type only-child only-of-type target visited
    """
        )
    },
    **{
        f"css-pseudo-element-{name}": (f"pseudo-element {name}",)
        for name in ["after", "before", "first-letter", "first-line", "marker", "placeholder"]
    },
    "css-selector-adjacent-sibling": ("selector adjacent",),
    "css-selector-general-sibling": ("selector sibling",),
    **{
        f"css-selector-{name}": (f"selector {name}",)
        for name in _words(
            """
    attribute chaining child class descendant grouping id type universal
    """
        )
    },
}

# caniemail names the feature html-X after the element X, or after the attribute X.
_OF_ELEMENTS = _words(
    """
    abbr acronym address audio base bdi blockquote body code del dfn dialog div form hr img
    link marquee meter object p picture pre progress rp rt ruby select small span strike
    strong style svg table textarea video wbr
    """
)
_OF_ATTRIBUTES = _words(
    """
    align aria-describedby aria-hidden aria-label aria-labelledby aria-live cellpadding
    cellspacing dir height hidden lang required role valign width
    """
)

_HTML: dict[str, tuple[str, ...]] = {
    **{f"html-{name}": _elements(name) for name in _OF_ELEMENTS},
    **{f"html-{name}": (f"attribute {name}",) for name in _OF_ATTRIBUTES},
    # The flash may be followed by the sign that has it drawn in colour.
    "amp": (
        *_each("attribute html", ["amp4email", "⚡4email", "⚡\ufe0f4email"]),
        "attribute style amp4email-boilerplate",
    ),
    # A record in the DNS and a header; no page uses it.
    "bimi": (),
    "css-inert-attribute": ("attribute inert",),
    "html-anchor-links": ("link local",),
    "html-background": tuple(
        f"attribute {name} background" for name in ("body", "table", "td", "th", "tr")
    ),
    "html-button-reset": ("button reset",),
    "html-button-submit": ("button submit",),
    "html-comments": ("comment html",),
    "html-doctype": ("doctype html",),
    "html-h1-h6": _elements(*(f"h{level}" for level in range(1, 7))),
    "html-image-maps": ("attribute img usemap", *_elements("map", "area")),
    **{
        f"html-input-{name}": (f"input {name}",)
        for name in ["checkbox", "hidden", "radio", "reset", "submit", "text"]
    },
    "html-lists": _elements("ul", "ol", "li", "dl", "dt", "dd"),
    "html-loading-attribute": ("attribute img loading",),
    "html-mailto-links": ("link mailto",),
    "html-meta-color-scheme": ("meta color-scheme",),
    "html-popover": _each("attribute", ["popover", "popovertarget", "popovertargetaction"]),
    "html-semantics": _elements(
        *_words(
            """
    article aside details figcaption figure footer header main mark nav section summary time
    """
        )
    ),
    "html-srcset": tuple(
        f"attribute {name} {attribute}"
        for name, attribute in product(("img", "source"), ("srcset", "sizes"))
    ),
    "html-target": _each("attribute", ["a target", "area target"]),
    **{
        f"image-{name}": (f"image {name}",)
        for name in _words(
            """
    apng avif base64 bmp gif hdr heif ico jpg mp4 png svg tiff webp
    """
        )
    },
}

#: What tells that a page uses a feature, by caniemail's name for it.
DETECTORS: Mapping[str, tuple[str, ...]] = {**_PROPERTIES, **_VALUES, **_RULES, **_HTML}


def _by_fact() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for slug, facts in DETECTORS.items():
        for fact in facts:
            found[fact] = (*found.get(fact, ()), slug)
    return found


#: The features that a fact tells of.
FEATURES_OF: Mapping[str, tuple[str, ...]] = _by_fact()
#: Every fact that tells of one.
FACTS = frozenset(FEATURES_OF)
