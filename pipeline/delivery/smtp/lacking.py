"""What a message needs of a relay that does not offer it: known before a word is said of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lack:
    """Found out here: the relay said nothing of the kind, so there is no code."""

    #: The extension that is missing, or whose limit is too low.
    extension: str
    #: In words: a clause.
    why: str
    #: It is about this reader's address; else every message is concerned.
    is_about_reader: bool = False
