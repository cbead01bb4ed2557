"""What a part of a page is, as ``--json`` names it."""

from enum import StrEnum


class Role(StrEnum):
    """What a part of a page is."""

    QUESTION = "question"
    ANSWER = "answer"
    SALUTATION = "salutation"
    SIGNATURE = "signature"
    BYLINE = "byline"
    BIO = "bio"
    TITLE = "title"
    DEK = "dek"
    DATE = "date"
    TOPIC = "topic"
    POINTER = "pointer"
    FURNITURE = "furniture"
    BLANK = "blank"
    #: Nobody can tell; it is in no QA file, and the account says so.
    UNKNOWN = "unknown"
