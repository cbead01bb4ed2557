"""``mailbag check``: what there is to mend, and whether it may go out like this."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import output
from pipeline.cli.session import Session, json_option, pass_session
from pipeline.config.reading import find_site, named_site, read
from pipeline.config.sections import Checks
from pipeline.errors import ConfigError
from pipeline.model.finding import Finding, Level
from pipeline.model.verdict import is_at, settle
from pipeline.rendering.checks import decoding

if TYPE_CHECKING:
    from pipeline.workflow.editing import Prepared


@click.command("check")
@click.option(
    "--html",
    "page",
    metavar="FILE",
    help="Check this HTML mail instead, whoever made it; - is what comes in.",
)
@click.option(
    "--links", is_flag=True, help="Ask the pages behind the links, too; a minute at most."
)
@json_option
@pass_session
def check_command(session: Session, page: str | None, *, links: bool, as_json: bool) -> int:
    """List every finding in content, templates and the next edition."""
    if page is not None:
        return _check_page(page, _rule(session), links=links, as_json=as_json)
    from pipeline.workflow import checking, planning  # noqa: PLC0415 - a page needs neither

    shop = session.site.workshop
    with session.store_if_there() as store:
        plan = planning.plan(shop, store, now=session.clock.now())
        found = checking.of_everything(shop, store, plan, partial(_ask, session) if links else None)
    return _tell(found, shop.fail_on, as_json=as_json)


def _ask(session: Session, prepared: "Prepared") -> Sequence[Finding]:
    from pipeline.app import reachability  # noqa: PLC0415 - few ask for it
    from pipeline.rendering.checks import outward  # noqa: PLC0415 - few ask for it

    base_url = session.site.settings.document.newsletter.base_url
    issue = prepared.plan.require_issue()
    return reachability.ask(outward.of_edition(issue, prepared.edition, base_url))


def _rule(session: Session) -> Checks:
    """Give what the site says of findings; outside of a site what it would say as it comes."""
    if session.folder is not None:
        return read(named_site(session.folder)).document.checks
    try:
        site = find_site(Path.cwd())
    except ConfigError:
        return Checks()
    return read(site).document.checks


def _check_page(name: str, rule: Checks, *, links: bool, as_json: bool) -> int:
    from pipeline.rendering.checks import checking  # noqa: PLC0415 - lxml takes its time
    from pipeline.rendering.client_support import checking as client_support  # noqa: PLC0415

    text, shown = _read_page(name)
    noticed = _placed(checking.check_html(text, rule.clients), shown)
    if links:
        noticed += _ask_page(text, shown)
    found = settle(noticed, rule.levels)
    if as_json:
        # What all readers have is nothing to judge; it makes the list of what the page uses whole.
        whole = _placed(client_support.supported(text, rule.clients), shown)
        return _tell([*found, *whole], rule.fail_on, as_json=True)
    told = [finding for finding in found if not client_support.is_usual(finding)]
    left = len(found) - len(told)
    code = _tell(told, rule.fail_on, as_json=False)
    if left:
        notes = output.plural(left, "note")
        output.say(f"and {notes} on what nearly every mail uses; --json lists what lacks it")
    return code


def _ask_page(text: str, shown: str) -> Sequence[Finding]:
    from pipeline.app import reachability  # noqa: PLC0415 - few ask for it
    from pipeline.rendering.checks import outward  # noqa: PLC0415 - few ask for it

    return reachability.ask(outward.of_page(text, shown))


def _placed(found: Sequence[Finding], source: str) -> list[Finding]:
    return [replace(finding, source=source) for finding in found]


def _read_page(name: str) -> tuple[str, str]:
    """Read a page, and say what it is called."""
    if not name:
        raise click.BadParameter("name a file of HTML, or - for what comes in", param_hint="--html")
    shown = "stdin" if name == "-" else name
    most = decoding.LARGEST + 1
    if name == "-":
        data = sys.stdin.buffer.read(most)
    else:
        path = Path(name)
        if path.exists() and not path.is_file():
            raise ConfigError("is no file", place=shown, remedy="name a file of HTML")
        with path.open("rb") as file:
            data = file.read(most)
    return decoding.decode(data, shown), shown


def _tell(found: Sequence[Finding], fail_on: Level, *, as_json: bool) -> int:
    if as_json:
        output.document({"findings": [output.finding_document(finding) for finding in found]})
    else:
        output.findings(found)
        output.say(_sum(found))
        if found:
            output.say(
                f"what one means: `mailbag manual ID`, such as `mailbag manual {found[0].id}`"
            )
    return 3 if any(is_at(finding, fail_on) for finding in found) else 0


def _sum(found: Sequence[Finding]) -> str:
    if not found:
        return "nothing to mend"
    counts: Mapping[str, int] = {
        level.value: sum(1 for one in found if one.level is level and not one.silenced)
        for level in Level
    }
    silenced = sum(1 for one in found if one.silenced)
    words = [output.plural(count, level) for level, count in counts.items()]
    return ", ".join([*words, *([f"{silenced} silenced"] if silenced else [])])
