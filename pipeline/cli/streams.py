"""Edge: the three streams of the program, whatever it was started with."""

import os
import sys
from collections.abc import Iterable

_NAMES = ("stdin", "stdout", "stderr")


def open_missing() -> None:
    """Let a stream that was closed before we began lead nowhere (``>&-``, some daemons).

    Else ``sys.stdout`` is ``None``; and the next file that is opened, the ledger or a connection,
    would have the number on which others print.
    """
    for number, name in enumerate(_NAMES):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            os.set_inheritable(number, True)  # noqa: FBT003 - a child has the three streams as well
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - it stays


def print_no_more() -> None:
    """Keep Python from trying once more at its end to print what nobody takes."""
    lead_nowhere([sys.stdout.fileno()])


def terminals() -> tuple[int, ...]:
    """Give the numbers of what is shown on a terminal; one that is closed is none any more."""
    return tuple(number for number in (1, 2) if os.isatty(number))


def lead_nowhere(numbers: Iterable[int]) -> None:
    """Let nothing be shown there from now on, instead of an error for each line."""
    for number in numbers:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, number)
        os.close(null)


def never_refuse_a_character() -> None:
    """Let a terminal that lacks a character show its escape, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
