"""Stage 2: an Issue becomes an Edition, once for everybody.

::

    Markdown -> sanitised XHTML -> Jinja2 -> normaliser -> MJML -> inlined styles
             -> post-conditions -> split at the placeholders -> Edition
"""
