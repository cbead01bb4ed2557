"""The names that caniemail has for features of HTML and CSS, for findings of client support.

``tests/model/test_verdict.py`` compares them with the data.
"""

_SLUGS = """
    amp bimi css-accent-color css-align-items css-animation css-aspect-ratio css-at-font-face
    css-at-import css-at-keyframes css-at-media css-at-media-device-pixel-ratio
    css-at-media-hover css-at-media-orientation css-at-media-prefers-color-scheme
    css-at-media-prefers-reduced-motion css-at-supports css-backdrop-filter css-background
    css-background-blend-mode css-background-clip css-background-color css-background-image
    css-background-origin css-background-position css-background-repeat css-background-size
    css-block-inline-size css-border css-border-collapse css-border-image
    css-border-inline-block css-border-inline-block-individual
    css-border-inline-block-longhand css-border-radius css-border-radius-logical
    css-border-spacing css-box-shadow css-box-sizing css-caption-side css-clear css-clip-path
    css-color-scheme css-column-count css-column-layout-properties css-comments
    css-conic-gradient css-cursor css-direction css-display css-display-flex css-display-grid
    css-display-none css-empty-cells css-filter css-flex-direction css-flex-wrap css-float
    css-font css-font-kerning css-font-size css-font-size-adjust css-font-stretch
    css-font-weight css-function-clamp css-function-light-dark css-function-max
    css-function-min css-gap css-grid-template css-height css-hyphenate-character
    css-hyphenate-limit-chars css-hyphens css-important css-inert-attribute css-inline-size
    css-inset css-intrinsic-size css-justify-content css-left-right-top-bottom
    css-letter-spacing css-line-height css-linear-gradient css-list-style css-list-style-image
    css-list-style-position css-list-style-type css-margin css-margin-block-start-end
    css-margin-inline-block css-margin-inline-start-end css-mask-image css-max-block-size
    css-max-height css-max-inline-size css-max-width css-min-block-size css-min-height
    css-min-inline-size css-min-width css-mix-blend-mode css-modern-color css-nesting
    css-object-fit css-object-position css-opacity css-orphans css-outline css-outline-offset
    css-overflow css-overflow-wrap css-padding css-padding-block-start-end
    css-padding-inline-block css-padding-inline-start-end css-position css-pseudo-class-active
    css-pseudo-class-checked css-pseudo-class-default css-pseudo-class-first-child
    css-pseudo-class-first-of-type css-pseudo-class-focus css-pseudo-class-focus-visible
    css-pseudo-class-focus-within css-pseudo-class-has css-pseudo-class-hover
    css-pseudo-class-lang css-pseudo-class-last-child css-pseudo-class-last-of-type
    css-pseudo-class-link css-pseudo-class-not css-pseudo-class-nth-child
    css-pseudo-class-nth-last-child css-pseudo-class-nth-last-of-type
    css-pseudo-class-nth-of-type css-pseudo-class-only-child css-pseudo-class-only-of-type
    css-pseudo-class-target css-pseudo-class-visited css-pseudo-element-after
    css-pseudo-element-before css-pseudo-element-first-letter css-pseudo-element-first-line
    css-pseudo-element-marker css-pseudo-element-placeholder css-radial-gradient css-resize
    css-rgb css-rgba css-scroll-snap css-selector-adjacent-sibling css-selector-attribute
    css-selector-chaining css-selector-child css-selector-class css-selector-descendant
    css-selector-general-sibling css-selector-grouping css-selector-id css-selector-type
    css-selector-universal css-shape-margin css-shape-outside css-sytem-ui css-tab-size
    css-table-layout css-text-align css-text-align-last css-text-decoration
    css-text-decoration-color css-text-decoration-line css-text-decoration-skip-ink
    css-text-decoration-style css-text-decoration-thickness css-text-emphasis
    css-text-emphasis-position css-text-indent css-text-justify css-text-orientation
    css-text-overflow css-text-shadow css-text-transform css-text-underline-offset
    css-text-underline-position css-text-wrap css-transform css-transition css-unit-calc
    css-unit-ch css-unit-cm css-unit-em css-unit-ex css-unit-in css-unit-initial css-unit-mm
    css-unit-pc css-unit-percent css-unit-pt css-unit-px css-unit-rem css-unit-vh
    css-unit-vmax css-unit-vmin css-unit-vw css-user-select css-variables css-vertical-align
    css-visibility css-white-space css-white-space-collapse css-widows css-width
    css-word-break css-word-spacing css-word-wrap css-writing-mode css-z-index html-abbr
    html-acronym html-address html-align html-anchor-links html-aria-describedby
    html-aria-hidden html-aria-label html-aria-labelledby html-aria-live html-audio
    html-background html-base html-bdi html-blockquote html-body html-button-reset
    html-button-submit html-cellpadding html-cellspacing html-code html-comments html-del
    html-dfn html-dialog html-dir html-div html-doctype html-form html-h1-h6 html-height
    html-hidden html-hr html-image-maps html-img html-input-checkbox html-input-hidden
    html-input-radio html-input-reset html-input-submit html-input-text html-lang html-link
    html-lists html-loading-attribute html-mailto-links html-marquee html-meta-color-scheme
    html-meter html-object html-p html-picture html-popover html-pre html-progress
    html-required html-role html-rp html-rt html-ruby html-select html-semantics html-small
    html-span html-srcset html-strike html-strong html-style html-svg html-table html-target
    html-textarea html-valign html-video html-wbr html-width image-apng image-avif
    image-base64 image-bmp image-gif image-hdr image-heif image-ico image-jpg image-mp4
    image-png image-svg image-tiff image-webp
"""

SLUGS = frozenset(_SLUGS.split())
