"""The headers that guard a page in a browser."""

#: What every answer carries. Nothing of ours may be framed, guessed at or referred from.
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: What an answer carries that is for one person, or true only now.
PRIVATE = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


#: What an image carries: it never changes, and a mailbox on the web shows it in a page of its own.
LASTING = {
    **COMMON,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def own_page(nonce: str, *, more: str = "form-action 'none'") -> dict[str, str]:
    """Give the headers of a page frame of ours: its own style and script, and nothing else.

    ``more`` is further directives of the Content-Security-Policy.
    """
    return {
        **COMMON,
        **PRIVATE,
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; "
            f"base-uri 'none'; frame-ancestors 'none'; {more}"
        ),
    }


def mail_page(
    *, images: str = "'self' https: data:", more: str = "frame-ancestors 'none'"
) -> dict[str, str]:
    """Give the headers of a mail shown as a page: styles and images, never a script.

    A mail's styles stand in its attributes, so ``'unsafe-inline'`` is what it is.
    """
    return {
        **COMMON,
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; "
            f"base-uri 'none'; form-action 'none'; {more}"
        ),
    }
