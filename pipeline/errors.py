"""Every exception that mailbag raises on purpose.

::

    MailbagError                 exit 1   place, message, remedy
      ConfigError                exit 2   newsletter.toml, arguments, an issue nobody knows
        LinkError                         base_url does not answer with this site's key
      ContentError               exit 3   QA files and issue files
        NotEnoughContentError             too few Q&As for an issue
        ImportRefusedError                a list or column of which lines were refused
      RenderError                exit 3   no edition can be made; place is template:line
        TemplateError
        MjmlError
        InliningError
        PostConditionError                what came out is not what was promised
      RelayError                 exit 4   the relay refuses all of us: connection, TLS, login
      StateError                 exit 5   database, keys, locks, clock
        DatabaseError
          DatabaseBusyError
          DatabaseNewerError
          DatabaseFullError
          DatabaseMovedError
        SecretKeyError
        BusyError                         another sender is at work
        ClockError
        ConflictError                     the ledger forbids the step
        NotFoundError            exit 2   the ledger does not hold it

A message is a sentence for the person who can mend it: the place, the fact, the remedy.
One item's failure (a faulty file, a refused reader) is no exception but a value:
:class:`pipeline.model.finding.Finding`, :class:`pipeline.model.delivery.Result`.
"""

from collections.abc import Iterable
from typing import ClassVar


class MailbagError(Exception):
    """Something that a person can mend."""

    #: The exit code of a command that this error ends.
    exit: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        place: str = "",
        remedy: str = "",
        others: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        #: ``file:line:column``, a setting such as ``[smtp] host``, or an address; may be empty.
        self.place = place
        #: What to do about it, in the imperative; may be empty.
        self.remedy = remedy
        #: What else is wrong, one whole sentence each.
        self.others = tuple(others)

    def __str__(self) -> str:
        """Give the whole sentence, ``place: message; remedy``, and the others a line each."""
        place = f"{self.place}: " if self.place else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return "\n".join([f"{place}{self.message}{remedy}", *self.others])


class ConfigError(MailbagError):
    """The configuration or the arguments say something that cannot be done."""

    exit = 2


class LinkError(ConfigError):
    """The unsubscribe links of this site would be dead."""


class ContentError(MailbagError):
    """A QA file or an issue file cannot be used."""

    exit = 3


class NotEnoughContentError(ContentError):
    """There are fewer Q&As than an issue needs."""


class ImportRefusedError(ContentError):
    """Some lines of a list were refused; the others went in."""


class RenderError(MailbagError):
    """No edition can be made."""

    exit = 3

    def __init__(
        self,
        message: str,
        *,
        place: str = "",
        remedy: str = "",
        others: Iterable[str] = (),
        faults: Iterable["RenderError"] = (),
    ) -> None:
        #: Those of the others that have a place of their own.
        self.faults = tuple(faults)
        others = (*others, *map(str, self.faults))
        super().__init__(message, place=place, remedy=remedy, others=others)


class TemplateError(RenderError):
    """A template is faulty, or names something that is not there."""


class MjmlError(RenderError):
    """The MJML compiler refused what the templates made."""


class InliningError(RenderError):
    """The styles could not be inlined."""


class PostConditionError(RenderError):
    """The compiled edition breaks a promise, so it must not go out."""


class RelayError(MailbagError):
    """The relay refuses all of us, so trying the next reader is no use."""

    exit = 4


class StateError(MailbagError):
    """The database, a key, a lock or the clock is not as it must be."""

    exit = 5


class DatabaseError(StateError):
    """The database cannot be used."""


class DatabaseBusyError(DatabaseError):
    """Somebody else holds the database for too long."""


class DatabaseNewerError(DatabaseError):
    """The database was made by a newer mailbag."""


class DatabaseFullError(DatabaseError):
    """There is no room left to write down what happened."""


class DatabaseMovedError(DatabaseError):
    """The ledger was copied to another database, and that one is the ledger now."""


class SecretKeyError(StateError):
    """A secret key is missing, readable by others, or not the one the database knows."""


class BusyError(StateError):
    """Another sender is at work."""


class ClockError(StateError):
    """The clock stands earlier than what the ledger has already seen."""


class ConflictError(StateError):
    """The ledger forbids the step: the issue or delivery is not in a state that allows it."""


class NotFoundError(StateError):
    """The ledger does not hold it."""

    exit = 2
