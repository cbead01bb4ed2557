"""Features whose absence breaks nothing, and what becomes of them where they are missing.

A feature that is not here is a warning when enough readers lack it. Those in :data:`USUAL` are
what MJML writes and the shipped themes rely on, with what becomes of them seen to: in an edition
they are no news.
"""

from collections.abc import Mapping

_SHEET = "keep what matters in the elements' own styles, so that nothing is lost there"
_WHOLE = "see that the page is whole without it, as on a narrow screen"
_DARK = "see that the light colours can be read: there they stay, or are turned by other rules"
_HEARD = "see that people who listen understand the text without it"
_FONT = "name a font after it that stands in there"
_LINES = "lines break elsewhere there"
_PLAIN = "it looks plainer there"
_STILL = "it stands still there"
_UNDERLINE = "the line looks as usual there"
_SHADOW = "the shadow is missing there"
_STATE = "the element looks as it always does there"
_GENERIC = "it is taken for an ordinary box there"
_SPACING = "the spacing is that of the mail program there"
_CUT = "see that what it cuts off does no harm when it shows"
_TABLE = "give Outlook a table with a width in pixels"
_COLOUR = "write a background-color before it, which shows instead there"
_ADDED = "what it adds is missing there"
_OWN = "it has the looks of the text around it there"

#: What MJML writes and the shipped themes rely on.
USUAL: Mapping[str, str] = {
    "css-at-media": _WHOLE,
    "css-at-media-prefers-color-scheme": _DARK,
    "css-background": "see that the text can be read without it",
    "css-background-color": _PLAIN,
    "css-border": "the line is drawn more simply there, or not at all",
    "css-border-radius": "corners are square there",
    "css-border-spacing": "cells have gaps there: write cellspacing as well",
    "css-color-scheme": _DARK,
    "css-cursor": "the pointer is that of the mail program there",
    "css-direction": "write the attribute dir as well",
    "css-display": "see that the layout holds with the display that the element has by itself",
    "css-display-none": "hide it by a height and a font size of nothing as well",
    "css-font-size": "the size is rounded there, or that of the mail program",
    "css-font-weight": "the weight is the nearest that there is",
    "css-height": "write the attribute height as well where it matters",
    "css-important": _SHEET,
    "css-letter-spacing": _SPACING,
    "css-line-height": _SPACING,
    "css-list-style": "the list has its usual marks there",
    "css-margin": _SPACING,
    "css-max-height": _CUT,
    "css-max-width": _TABLE,
    "css-min-width": "columns are as wide there as what they hold",
    "css-outline": "a frame of the mail program may show there",
    "css-overflow": _CUT,
    "css-overflow-wrap": _LINES,
    "css-padding": _SPACING,
    "css-pseudo-class-first-child": _SHEET,
    "css-pseudo-class-hover": _STATE,
    "css-pseudo-class-last-child": _SHEET,
    "css-pseudo-element-after": _ADDED,
    "css-pseudo-element-before": _ADDED,
    "css-selector-attribute": _SHEET,
    "css-selector-chaining": _SHEET,
    "css-selector-child": _SHEET,
    "css-selector-class": _SHEET,
    "css-selector-descendant": _SHEET,
    "css-selector-grouping": _SHEET,
    "css-selector-id": _SHEET,
    "css-selector-type": _SHEET,
    "css-selector-universal": _SHEET,
    "css-table-layout": "columns are as wide there as the mail program likes",
    "css-sytem-ui": _FONT,
    "css-text-align": "the text may stand at its usual side there",
    "css-text-decoration": _UNDERLINE,
    "css-text-decoration-color": _UNDERLINE,
    "css-text-decoration-thickness": _UNDERLINE,
    "css-text-transform": "the letters are as they were written there",
    "css-text-underline-offset": _UNDERLINE,
    "css-unit-initial": _PLAIN,
    "css-white-space": "long lines wrap there",
    "css-width": _TABLE,
    "css-word-break": _LINES,
    "css-word-spacing": _SPACING,
    "css-word-wrap": _LINES,
    "html-align": "write the style as well",
    "html-anchor-links": "nothing happens at a tap there",
    "html-aria-hidden": _HEARD,
    "html-aria-label": _HEARD,
    "html-aria-labelledby": _HEARD,
    "html-blockquote": _GENERIC,
    "html-body": "repeat its styles on an element within it",
    "html-code": _OWN,
    "html-dir": "the text runs as its letters do there",
    "html-doctype": "lay out with tables, which look the same under the older rules there",
    "html-height": "write the style as well",
    "html-lang": _HEARD,
    "html-lists": "the marks of the list may differ there",
    "html-mailto-links": "write the address out where it matters",
    "html-meta-color-scheme": _DARK,
    "html-role": _HEARD,
    "html-style": _SHEET,
    "html-target": "the link opens where the mail program likes",
    "html-width": "write the style as well",
}

_OTHERS: Mapping[str, str] = {
    "css-background-image": "see that the text can be read without it",
    "css-background-position": "see that the text can be read without it",
    "css-background-repeat": "see that the text can be read without it",
    "css-background-size": "see that the text can be read without it",
    "css-background-clip": _PLAIN,
    "css-background-origin": _PLAIN,
    "html-background": "see that the text can be read without it",
    "html-ruby": "the reading stands behind the word there",
    "html-rt": "the reading stands behind the word there",
    "html-rp": "the reading stands behind the word there",
    "css-accent-color": _PLAIN,
    "css-animation": _STILL,
    "css-at-font-face": _FONT,
    "css-at-import": _FONT,
    "css-at-keyframes": _STILL,
    "css-at-media-device-pixel-ratio": _SHEET,
    "css-at-media-hover": _SHEET,
    "css-at-media-orientation": _SHEET,
    "css-at-media-prefers-reduced-motion": "it moves there as for everybody",
    "css-at-supports": _SHEET,
    "css-backdrop-filter": _PLAIN,
    "css-background-blend-mode": _PLAIN,
    "css-border-image": "the line is drawn plainly there",
    "css-border-radius-logical": "corners are square there",
    "css-box-shadow": _SHADOW,
    "css-caption-side": "the caption stands above the table there",
    "css-comments": "take it out: a rule beside it may be lost there",
    "css-empty-cells": _PLAIN,
    "css-filter": _PLAIN,
    "css-font-kerning": _PLAIN,
    "css-font-size-adjust": _PLAIN,
    "css-font-stretch": _FONT,
    "css-hyphenate-character": _LINES,
    "css-hyphenate-limit-chars": _LINES,
    "css-hyphens": _LINES,
    "css-linear-gradient": _COLOUR,
    "css-conic-gradient": _COLOUR,
    "css-radial-gradient": _COLOUR,
    "css-list-style-image": "the list has its usual marks there",
    "css-list-style-position": "the marks stand outside the text there",
    "css-mix-blend-mode": _PLAIN,
    "css-opacity": "it is solid there",
    "css-orphans": _LINES,
    "css-outline-offset": _PLAIN,
    **{
        f"css-pseudo-class-{name}": _STATE
        for name in ("active", "default", "focus", "focus-visible", "focus-within", "link")
    },
    "css-pseudo-class-target": _STATE,
    "css-pseudo-class-visited": _STATE,
    "css-pseudo-element-first-letter": _PLAIN,
    "css-pseudo-element-first-line": _PLAIN,
    "css-pseudo-element-marker": "the list has its usual marks there",
    "css-pseudo-element-placeholder": _PLAIN,
    "css-resize": _PLAIN,
    "css-scroll-snap": "it scrolls freely there",
    "css-tab-size": _SPACING,
    "css-text-align-last": "the text may stand at its usual side there",
    "css-text-decoration-line": _UNDERLINE,
    "css-text-decoration-skip-ink": _UNDERLINE,
    "css-text-decoration-style": _UNDERLINE,
    "css-text-emphasis": "the marks beside the letters are missing there",
    "css-text-emphasis-position": "the marks stand at their usual side there",
    "css-text-indent": _SPACING,
    "css-text-justify": _LINES,
    "css-text-overflow": "the text is cut without dots there",
    "css-text-shadow": _SHADOW,
    "css-text-underline-position": _UNDERLINE,
    "css-text-wrap": _LINES,
    "css-transition": "the change is sudden there",
    "css-user-select": "the text can be selected there as usual",
    "css-white-space-collapse": _LINES,
    "css-widows": _LINES,
    "html-abbr": "the explanation does not show there",
    "html-acronym": "the explanation does not show there",
    "html-address": _GENERIC,
    "html-aria-describedby": _HEARD,
    "html-aria-live": _HEARD,
    "html-bdi": "the text around it may decide its direction there",
    "html-dfn": _OWN,
    "html-loading-attribute": "pictures are loaded at once there",
    "html-link": "what it names is not loaded there: write styles into <style>",
    "html-picture": "the <img> within it shows instead there",
    "html-semantics": _GENERIC,
    "html-small": _OWN,
    "html-srcset": "the picture of src shows instead there",
    "html-wbr": _LINES,
    "image-gif": "one that stands still works everywhere; of one that moves, see that its first"
    " picture says it all",
    "image-apng": "its first picture shows there",
}

#: What readers get instead, by caniemail's name of the feature.
INSTEAD: Mapping[str, str] = {**USUAL, **_OTHERS}
