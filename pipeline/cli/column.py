"""Commands of the column's files: ``new`` and ``plan``."""

import click

from pipeline.cli import documents, output
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.content import new_file, writing
from pipeline.content.slugs import unique
from pipeline.content.values import LONGEST_TITLE
from pipeline.errors import ConfigError
from pipeline.model.controls import has_control
from pipeline.workflow import outlook, planning


@click.command("new")
@click.argument("title")
@json_option
@pass_session
def new_command(session: Session, title: str, *, as_json: bool) -> None:
    """Make a new Q&A file and print its path."""
    if not title.strip() or has_control(title) or not _is_unicode(title):
        raise click.BadParameter("a title is one line of text", param_hint="TITLE")
    if len(title) > LONGEST_TITLE:
        raise click.BadParameter(
            f"a title has at most {LONGEST_TITLE} characters", param_hint="TITLE"
        )
    shop = session.site.workshop
    today = shop.today(session.clock.now()).date()
    made = new_file.new_qa(title, today)
    there = {found.stem: found for found in shop.content.rglob("*.md")}
    # A title of signs alone makes no name of its own, so that it takes the next one.
    has_words = any(letter.isalnum() for letter in title)
    slug = made.slug if has_words else unique(made.slug, there)
    path = shop.content / f"{slug}.md"
    taken = there.get(slug)
    if taken is not None:
        raise ConfigError(
            "there is such a Q&A already",
            place=str(taken.relative_to(shop.folder)),
            remedy="edit it, or choose another title",
        )
    writing.create_text(path, made.text)
    shown = path.relative_to(shop.folder).as_posix()
    if as_json:
        output.document({"path": shown, "slug": slug})
    else:
        click.echo(shown)


def _is_unicode(text: str) -> bool:
    """Tell whether an argument can be written down; one of other bytes holds lone surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@click.command("plan")
@click.option("--write", is_flag=True, help="Write issues/NNNN.md, to fix the issue by hand.")
@json_option
@pass_session
def plan_command(session: Session, *, write: bool, as_json: bool) -> None:
    """Say what the next issue holds, and why each Q&A was chosen or passed over."""
    shop = session.site.workshop
    with session.store_if_there() as store:
        plan = planning.plan(shop, store, now=session.clock.now())
        view = outlook.look(shop, store, plan)
    written = ""
    if write:
        written = planning.write_issue_file(shop, plan).relative_to(shop.folder).as_posix()
    if as_json:
        output.document({**documents.plan_document(plan, view), "written": written or None})
        return
    due = shop.today(plan.slot.at)
    output.say(f"Issue {plan.number}, due {due:%A, %d %B %Y at %H:%M} ({shop.zone.key})")
    if plan.issue is not None:
        output.say(f"  subject    {plan.issue.subject}")
        output.say(f"  preheader  {plan.issue.preheader}")
        output.say(f"  approval   {view.words}")
    elif plan.errors:
        output.say(f"  {documents.unusable(plan)}; the issue waits until it is mended")
    else:
        found = len(plan.selection.chosen)
        output.say(f"  too few Q&As: {found} of {plan.minimum}; the slot would be skipped")
    for heading, rows in (
        ("Chosen", [(choice.qa.slug, choice.why) for choice in plan.selection.chosen]),
        ("Passed over", [(passed.slug, passed.why) for passed in plan.selection.passed]),
    ):
        if rows:
            output.say(f"\n{heading}")
            output.table([(f"  {slug}", why) for slug, why in rows])
    if plan.faults or plan.findings:
        output.say("\nNoticed")
        output.findings((*plan.faults, *plan.findings))
    for assumption in plan.assumptions:
        output.say(f"\nAssumed: {assumption}.")
    if written:
        output.say(f"\nWritten: {written}")
