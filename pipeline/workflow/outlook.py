"""What would become of the next issue as it is now: its approval, and what keeps it back."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import ContentError, NotEnoughContentError, RenderError
from pipeline.model.edition import Edition
from pipeline.store.opening import Store
from pipeline.workflow import editing
from pipeline.workflow.planning import Plan
from pipeline.workflow.workshop import Workshop


class Approval(StrEnum):
    """What an editor's word on the next issue is worth."""

    #: These bytes are pinned.
    GIVEN = "given"
    #: Somebody approved it, and then it changed.
    VOID = "void"
    #: The slot waits for it.
    MISSING = "required, not given"
    #: It goes out without.
    NOT_REQUIRED = "not required"


@dataclass(frozen=True, slots=True)
class Outlook:
    """The next issue, as a send would find it."""

    approval: Approval
    #: Why the approval is void; empty when it is not.
    void: str = ""
    #: What keeps it from being made or sent, a whole sentence; empty when only an approval does.
    obstacle: str = ""
    #: ``None`` when none can be made.
    edition: Edition | None = None

    @property
    def words(self) -> str:
        """Give the approval for a person: ``given, 0123456789ab`` or ``void: why``."""
        if self.approval is Approval.GIVEN and self.edition is not None:
            return f"given, {self.edition.sha256[:12]}"
        return f"void: {self.void}" if self.void else self.approval.value


def look(shop: Workshop, store: Store | None, plan: Plan) -> Outlook:
    """Render a plan's issue, and say how it stands; an issue that cannot be made is no error."""
    unasked = Approval.MISSING if shop.approval_required else Approval.NOT_REQUIRED
    try:
        prepared = editing.prepare(shop, store, plan)
    except (ContentError, RenderError) as error:
        void = editing.void_unmade(shop, store, plan)
        # Too few Q&As are no fault, unless they were enough when somebody approved them.
        is_usual = isinstance(error, NotEnoughContentError) and void is None
        obstacle = "" if is_usual else str(error)
        if void is None:
            return Outlook(unasked, obstacle=obstacle)
        return Outlook(Approval.VOID, void.why, obstacle)
    obstacle = ""
    try:
        editing.refuse_findings(prepared, shop.fail_on)
    except ContentError as error:
        obstacle = str(error)
    if prepared.is_approved:
        unasked = Approval.GIVEN
    elif prepared.void:
        unasked = Approval.VOID
    return Outlook(unasked, prepared.void, obstacle, prepared.edition)
