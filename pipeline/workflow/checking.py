"""Everything there is to find in content, templates and the next edition."""

from collections.abc import Callable, Iterable, Iterator

from pipeline.errors import ContentError, NotEnoughContentError, RenderError
from pipeline.model.finding import Finding, Level, of_error
from pipeline.model.verdict import Silence, settle, unused
from pipeline.store.opening import Store
from pipeline.workflow import editing, specimen
from pipeline.workflow.editing import Prepared
from pipeline.workflow.planning import Plan
from pipeline.workflow.workshop import Workshop

#: Finds what is wrong with an edition outside of it.
Ask = Callable[[Prepared], Iterable[Finding]]


def of_everything(
    shop: Workshop, store: Store | None, plan: Plan, ask: Ask | None = None
) -> tuple[Finding, ...]:
    """Give every finding; an edition that cannot be made is one.

    ``ask`` gives what is found when the edition's links are asked.
    """
    planned = of_plan(shop, plan)
    try:
        prepared = editing.prepare(shop, store, plan)
    except (ContentError, RenderError) as error:
        void = editing.void_unmade(shop, store, plan)
        found = (*planned, *_unmade(shop, plan, error), *((void.finding,) if void else ()))
        # A fault of the theme must not wait for the next issue to be told.
        theme = () if isinstance(error, RenderError) else _of_theme(shop, plan)
        return (*found, *(one for one in theme if one not in found))
    asked = _settled(shop, plan, *ask(prepared)) if ask else ()
    unread = _settled(shop, plan, *shop.renderer().unread())
    return (*planned, *unread, *of_edition(prepared, (*planned, *unread, *asked)), *asked)


def _unmade(shop: Workshop, plan: Plan, error: ContentError | RenderError) -> tuple[Finding, ...]:
    """Give what keeps an edition from being made."""
    match error:
        case NotEnoughContentError():
            return _settled(shop, plan, of_error(error, "issue/too-few", Level.WARNING))
        case RenderError():
            faults = (error, *error.faults)
            return tuple(of_error(fault, "template/error", Level.ERROR) for fault in faults)
        case ContentError():
            # Where a file is at fault, its findings say it already.
            return () if plan.errors else (of_error(error, "issue/unusable", Level.ERROR),)


def _of_theme(shop: Workshop, plan: Plan) -> tuple[Finding, ...]:
    return _settled(shop, plan, *specimen.findings(shop, plan.number, plan.slot))


def of_plan(shop: Workshop, plan: Plan) -> tuple[Finding, ...]:
    """Give what was found in the files of the column and of the issue."""
    return _settled(shop, plan, *plan.faults, *plan.findings, *_of_waiting(shop, plan))


def _of_waiting(shop: Workshop, plan: Plan) -> Iterator[Finding]:
    """Look at the images of Q&As for later issues, too: their editor is at work now.

    The rest of such a Q&A is tried when its turn comes, since to parse a large column takes long.
    """
    for qa in plan.waiting:
        if "![" in qa.question.text or "![" in qa.answer.text:
            found = shop.renderer().examine(qa)
            if found is not None:
                yield found


def of_edition(prepared: Prepared, planned: tuple[Finding, ...] = ()) -> tuple[Finding, ...]:
    """Give what was found in an edition, in its approval, and in what its editor silenced."""
    found, file = prepared.edition.findings, prepared.plan.issue_file
    void = editing.void_finding(prepared)
    # The findings of an edition that was approved here before are not made again.
    asked = file is not None and (found or not prepared.is_approved)
    idle = (
        unused((*planned, *found), _about_files(file.silences), file.source)
        if file is not None and asked
        else ()
    )
    return (*found, *((void,) if void else ()), *idle)


def _about_files(silences: Iterable[Silence]) -> Iterator[Silence]:
    """Leave out the silences of what is found only when links are asked."""
    return (one for one in silences if one.name not in {"link/unreachable", "link/unasked"})


def _settled(shop: Workshop, plan: Plan, *found: Finding) -> tuple[Finding, ...]:
    silences = plan.issue_file.silences if plan.issue_file else ()
    return settle(found, shop.levels, silences)
