"""Which parts of HTML and CSS a page uses, and which readers' mail programs lack them.

::

    page text -> markup (tags, sheets) -> facts ("property border-radius", "element video")
              -> features (caniemail's slugs) -> support x client mix -> findings

What the mail programs can do is caniemail's data, tested by hand and reduced by
``tests/client_support/refresh.py``.
"""
