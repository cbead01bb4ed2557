"""Words that pages put around and between their text: subscribe, share, copyright."""

# ruff: noqa: RUF001 - curly quotes are what is looked for

import re

from pipeline.content.importing.vocabulary import any_of

_SERVICE = any_of(
    "share", "tweet", "print", "e-?mail", "save", "like", "pin", "comment", "bookmark", "facebook",
    "twitter", "linkedin", "reddit", "whatsapp", "copy link", "pinterest", "x",
)  # fmt: skip
_MAILING = any_of(
    "newsletter", "inbox", "e-?mail", "magazine", "updates", "feed", "podcast", "channel", "rss"
)

#: Whole lines; in an answer they would be dropped as well, so each must be unmistakable.
_LINES = re.compile(
    any_of(
        r"subscribe(?: (?:now|today|here))?[.!]?",
        rf"subscribe\b.{{0,60}}\b{_MAILING}\b.{{0,260}}",
        r"sign ?(?:up|in)(?: (?:for|to|now|here|today)\b.{0,120})?",
        r"log ?in|register|loading.{0,10}|close|next|previous|top|back to top|home|menu|search",
        r"get started by entering.{0,120}|from our editors straight.{0,120}",
        r"please enter a valid.{0,60}|enter your e-?mail.{0,60}",
        r"advertis(?:ement|ing)(?: .{0,60})?|sponsored(?: .{0,60})?",
        r"continue reading(?: below)?|article continues below.{0,40}",
        rf"{_SERVICE}(?: (?:this(?: (?:article|story|page|post|column))?|it|article|on \w+))?",
        rf"{_SERVICE}(?:[ ,|/·•]+{_SERVICE})+",
        r"follow (?:us|me)\b.{0,80}|skip to\b.{0,40}|newer posts?|older posts?",
        r"(?:home|about|contact|news|archives?|opinion|careers?|privacy|terms)"
        r"(?:[ ]*[|>»/·•][ ]*[\w&' -]{2,30}){2,}",
        r"(?:©|\(c\) |copyright *(?:©|\(c\)|\d{4}|by\b)).{0,160}|all rights reserved.{0,80}",
        r"(?:privacy|cookie) (?:policy|notice|settings|statement).{0,120}",
        r"we (?:value|respect|care about) your privacy.{0,260}|we and our partners\b.{0,260}",
        r"this (?:web)?site uses cookies.{0,260}",
        r"terms of (?:use|service).{0,120}|we use cookies.{0,200}|accept(?: all)?(?: cookies)?",
        r"(?:\d+ )?comments?(?: *\(?\d*\)?)?|leave a (?:comment|reply)|add a comment",
        r"no comments(?: yet)?|\d+ (?:shares|likes|views)|page \d+(?: of \d+)?|tags?:.{0,120}",
        r"(?:photo|image|illustration|picture)(?: (?:credit|by|courtesy))? ?[:/].{0,100}",
        r"(?:getty|shutterstock|istock)\b.{0,40}|more from this author",
        r"(?:you (?:may|might) also (?:like|enjoy)|don['’]t miss|most read|trending(?: now)?"
        r"|recommended for you|(?:more|other) (?:stories|articles) like this) ?:.{0,200}",
    ),
    re.IGNORECASE,
)

#: Headings after which a page has nothing more of its column.
_TAIL = re.compile(
    any_of(
        r"related(?: (?:content|articles|stories|posts|reading|columns|coverage))?",
        r"more (?:from|in|on|stories)\b[^.?!]{0,40}|(?:more|other) (?:columns|stories|articles)",
        r"most (?:read|popular|viewed|shared)\b[^.?!]{0,30}|popular(?: \w+)?|trending(?: \w+)?",
        r"recommended(?: (?:for you|reading|articles|stories))?|you (?:may|might) also like",
        r"(?:also|up) next|read next|show me more|latest(?: \w+){0,2}|in other news",
        r"(?:\d+ )?(?:reader )?comments?(?: *\(\d+\))?|leave a (?:comment|reply)",
        r"join the conversation|about (?:us|this site)|contact us|from our (?:partners|sponsors)",
    )
    + "[:.]?",
    re.IGNORECASE,
)

_COMMENTS = re.compile(
    r"(?:\d+ )?(?:reader )?comments?(?: *\(\d+\))?|leave a (?:comment|reply)|join the conversation",
    re.IGNORECASE,
)

_PICTURE = re.compile(r"\[?!\[[^\[\]]{0,500}\]\([^()\n]{0,1000}\)(?:\]\([^()\n]{0,1000}\))?")

#: A list or line in which everything is a link.
_LINK_ONLY = re.compile(
    r"(?:[ \n|>»/·•-]|\d+\.[ ])*"
    r"(?:\[[^\[\]]{1,80}\]\([^()\s]{0,500}\)(?:[ \n|>»/·•-]|\d+\.[ ])*){2,}"
)


def is_line(plain: str) -> bool:
    """Tell whether a block's whole text is page furniture."""
    if len(plain) > 340:
        return False
    text = plain.strip(" []()|·•*")
    return not text or _LINES.fullmatch(text) is not None


def begins_tail(plain: str) -> bool:
    """Tell whether a heading-like line ends the column's own text."""
    return len(plain) <= 80 and _TAIL.fullmatch(plain.strip()) is not None


def begins_comments(plain: str) -> bool:
    """Tell whether a line heads what readers wrote below the column."""
    return len(plain) <= 80 and _COMMENTS.fullmatch(plain.strip()) is not None


def is_menu(markdown: str) -> bool:
    """Tell whether a block is nothing but two or more links."""
    return len(markdown) <= 20_000 and _LINK_ONLY.fullmatch(markdown.strip()) is not None


def is_picture(markdown: str) -> bool:
    """Tell whether a block is one picture, linked or not, without a word of text."""
    return len(markdown) <= 3_000 and _PICTURE.fullmatch(markdown.strip()) is not None
