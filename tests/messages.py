"""Brings the words of the program into its catalogues: ``python -m tests.messages``."""

from pathlib import Path

from pipeline.language import catalogues, drafting
from pipeline.language.catalogue import parse
from pipeline.language.english import MESSAGES


def update(path: Path) -> None:
    """Write a catalogue anew; that of a country holds only what differs there."""
    tag, text = path.parts[-3].replace("_", "-"), path.read_text(encoding="utf-8")
    held = parse(text, path.name, tag)
    messages = [
        message
        for message in MESSAGES.values()
        if "-" not in tag or message.name in held.words or message.name in held.blanks
    ]
    path.write_text(drafting.draft(messages, tag, text), encoding="utf-8")


if __name__ == "__main__":
    for catalogue in (Path(catalogues.__file__).parent / "locale").rglob("mailbag.po"):
        update(catalogue)
