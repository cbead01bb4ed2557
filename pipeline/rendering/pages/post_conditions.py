"""What every compiled edition promises, checked before it leaves the stage.

The tools on the way lose doctypes, escape attributes twice and rewrite style sheets under the
wrong options; a new version of one of them must not do so unnoticed.
"""

import re
from collections import Counter
from collections.abc import Callable

from pipeline.errors import PostConditionError
from pipeline.model.edition import Placeholder
from pipeline.rendering.pages.page_pieces import Pieces
from pipeline.rendering.placeholders import Placeholders


def _refuse_if(broken: bool, fault: str, *, place: str = "", remedy: str = "") -> None:  # noqa: FBT001 - reads as a sentence
    if broken:
        raise PostConditionError(fault, place=place, remedy=remedy or "look at the theme")


def check_compiled(
    source: str,
    page: Pieces,
    placeholders: Placeholders,
    locate: Callable[[int], str] = lambda _offset: "",
) -> None:
    """Look at what the MJML compiler made of a source; ``locate`` names a place of that."""
    for tag in page.tags:
        # Every backslash went in as a character reference.
        _refuse_if("\\" in tag, f"the compiler wrote an attribute as a debug string: {tag[:120]}")
    for lost in _count(source, placeholders).keys() - _count(page.text, placeholders).keys():
        _refuse_if(
            True,  # noqa: FBT003 - reads as a sentence
            f"the compiler dropped {lost.value}",
            place=locate(source.find(placeholders.mark(lost))),
            remedy="write it into a text or an href, and not into a comment",
        )
    left = re.search(r"<mj-[a-z-]*", page.text)
    _refuse_if(
        left is not None,
        f"the compiler left {left[0] if left else ''}> as it is",
        remedy="move it to where MJML allows it",
    )


def check_inlined(before: Pieces, after: Pieces, placeholders: Placeholders) -> None:
    """Compare the page before and after inlining."""
    _refuse_if(
        not after.text.startswith("<!DOCTYPE html>"), "the page does not begin with <!DOCTYPE html>"
    )
    _refuse_if(
        before.comments != after.comments,
        "inlining the styles changed a comment that Outlook reads",
    )
    if before.sheets != after.sheets:
        _check_rules(before, after)
    _refuse_if(
        _count(before.text, placeholders) != _count(after.text, placeholders),
        "inlining the styles lost or doubled a personal value or a mail_only mark",
        remedy="write it into a text or an href",
    )


def _check_rules(before: Pieces, after: Pieces) -> None:
    _refuse_if(
        before.media != after.media,
        "inlining the styles changed an @media block",
        remedy="look at the @media blocks of the theme's style sheets",
    )
    _refuse_if(
        before.outlook != after.outlook,
        "inlining the styles changed a rule for [data-ogsc] or [data-ogsb]",
        remedy="look at the rules that Outlook applies in the dark",
    )


def _count(page: str, placeholders: Placeholders) -> Counter[Placeholder]:
    parts = placeholders.split(page).parts
    return Counter(part for part in parts if isinstance(part, Placeholder))


def check_marks(
    body: str, part: str, placeholders: Placeholders, locate: Callable[[int], str] | None = None
) -> None:
    """Look at the placeholders of one part: what is personal is only for the mail.

    ``locate`` says where the character at an offset of ``body`` was written.
    """

    def refuse_if(broken: bool, fault: str, remedy: str, at: int) -> None:  # noqa: FBT001 - reads as a sentence
        place = locate(at) if broken and locate else f"the {part} part"
        _refuse_if(broken, fault, place=place, remedy=remedy)

    template = placeholders.split(body)
    inside, begun, at = False, 0, 0
    for piece in template.parts:
        match piece:
            case Placeholder.MAIL_ONLY_START:
                refuse_if(
                    inside,
                    "mail_only stands within mail_only",
                    "write {{ end_mail_only }} before it, or remove it",
                    at,
                )
                inside, begun = True, at
            case Placeholder.MAIL_ONLY_END:
                refuse_if(
                    not inside,
                    "end_mail_only ends nothing",
                    "write {{ mail_only }} where its part begins, or remove it",
                    at,
                )
                inside = False
            case Placeholder():
                refuse_if(
                    not inside,
                    f"{piece.value} stands outside of mail_only, so on a public page",
                    "write {{ mail_only }} before it and {{ end_mail_only }} after it",
                    at,
                )
            case _:
                torn = placeholders.torn(piece)
                refuse_if(
                    torn >= 0,
                    "a personal value or a mail_only mark is cut or changed",
                    "write it by itself, without a filter",
                    at + max(torn, 0),
                )
        at += len(placeholders.mark(piece) if isinstance(piece, Placeholder) else piece)
    refuse_if(
        inside, "mail_only is never ended", "write {{ end_mail_only }} where its part ends", begun
    )


def check_way_out(
    body: str, part: str, placeholders: Placeholders, home: Callable[[], str] | None = None
) -> None:
    """Look for the unsubscribe link; ``home`` names the file that should hold it."""
    missing = Placeholder.UNSUBSCRIBE_URL not in placeholders.split(body).parts
    _refuse_if(
        missing,
        f"the {part} part has no unsubscribe link",
        place=home() if missing and home else "",
        remedy="write {{ unsubscribe_url }} between {{ mail_only }} and {{ end_mail_only }} into it"
        if home
        else "look for what takes {{ unsubscribe_url }} out of the theme",
    )
