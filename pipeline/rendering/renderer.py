"""The stage itself: an Issue becomes an Edition, once for everybody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.clock import Clock, SystemClock
from pipeline.errors import ContentError, MjmlError, PostConditionError, TemplateError
from pipeline.model.edition import Edition, Placeholder, Template
from pipeline.model.finding import Finding, Level, of_error
from pipeline.model.image import Image
from pipeline.model.issue import Issue
from pipeline.model.qa import QA
from pipeline.rendering import bounds, context, illustrating, inlining, manuscript, mjml
from pipeline.rendering.checks import checking
from pipeline.rendering.checks.origins import Body, Origins
from pipeline.rendering.crowding import Crowd
from pipeline.rendering.deadline import Deadline, start
from pipeline.rendering.illustrating import Find
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.options import RenderOptions
from pipeline.rendering.pages import mail_only, page_pieces, page_walk, post_conditions
from pipeline.rendering.placeholders import Placeholders
from pipeline.rendering.prose import flowed, markdown, plain_text
from pipeline.rendering.prose.markdown import one_line
from pipeline.rendering.prose.xhtml import to_xhtml
from pipeline.rendering.templating import own_lines
from pipeline.rendering.templating.templates import Templates

_HTML, _TEXT, _COLUMN = "issue.mjml", "issue.txt", "column.txt"


class Renderer:
    """Renders issues of one newsletter in one theme; keeps its compiled templates."""

    def __init__(
        self,
        templates: Sequence[Path],
        options: RenderOptions,
        find_image: Find = illustrating.nowhere,
        clock: Clock | None = None,
    ) -> None:
        """Look for each template in the folders ``templates``, the first one first.

        The clock is asked only whether a rendering takes too long.
        """
        self._clock = clock or SystemClock()
        self._find_image = find_image
        self._templates = Templates(templates)
        self._options = options
        # Read now: rendering opens no file but templates.
        self._zone = ZoneInfo(options.timezone)

    def render(self, issue: Issue, *, nonce: str) -> Edition:
        """Render an issue.

        The nonce (32 random hexadecimal digits) marks the personal places while the edition is
        made; it is not in the result, so the same issue gives the same bytes with any nonce.
        Raises ContentError for a text that cannot be used and RenderError for a faulty theme.
        """
        try:
            edition = self._render(issue, nonce)
        except (MjmlError, TemplateError) as error:
            raise own_lines.of_error(error, self._templates.own_lines) from error
        lines = cache(self._templates.own_lines)
        return replace(edition, findings=tuple(own_lines.of_findings(edition.findings, lines)))

    def _render(self, issue: Issue, nonce: str) -> Edition:
        placeholders = Placeholders(nonce)
        if nonce in repr(issue):
            raise ValueError("the nonce stands in a text, so it is not random")
        deadline = start(self._clock, self._options.time_limit)
        read = manuscript.read(issue, self._find_image)
        illustrating.refuse(read.documents)
        images = illustrating.images_of([document for document, _ in read.documents])
        deadline.check()
        column = self._templates.number(_COLUMN, self._options.column)
        options = replace(self._options, column=column)
        names = context.for_html(read, self._day(read), options, placeholders.marks())
        source = self._templates.render_markup(_HTML, names, deadline, nonce)
        edition = Edition(
            number=issue.number,
            slot=issue.slot.at.astimezone(UTC),
            subject=one_line(issue.subject),
            preheader=one_line(issue.preheader),
            slugs=issue.slugs,
            html=self._html(source, names, placeholders, deadline),
            text=self._text(read, names, placeholders, deadline),
            images=illustrating.pin(images, self._options),
        )
        origins = Origins(
            source,
            _bodies(read, names),
            partial(mjml.compile_html, locate=lambda _offset: "", keep_comments=True),
            partial(self._templates.locator, _HTML, names, source, escape=True),
        )
        deadline.check()
        words = self._templates.words(_HTML, _TEXT)
        findings = checking.check(edition, read, options, origins, words)
        return replace(edition, findings=findings)

    def unread(self) -> tuple[Finding, ...]:
        """Find files of a site that no edition rendered so far has asked for, by a slip."""
        return tuple(self._templates.unread())

    def images(self, issue: Issue) -> tuple[Image, ...]:
        """Give the images that the issue's texts show; raises ContentError as ``render`` does."""
        texts = [(issue.intro, issue.source)]
        for qa in issue.qas:
            texts += [(qa.question.text, qa.source), (qa.answer.text, qa.source)]
        # Nearly no text needs to be parsed for this.
        documents = [
            illustrating.illustrate(markdown.parse(text, source), source, self._find_image)
            for text, source in texts
            if "![" in text
        ]
        return illustrating.images_of(documents)

    def examine(self, qa: QA) -> Finding | None:
        """Say why no edition could hold a Q&A; ``None`` when one can."""
        try:
            entry = manuscript.read_entry(qa, self._find_image)
            for document in (entry.question, entry.answer):
                for fault in illustrating.faults(document, qa.source):
                    return fault
            for document in (entry.question, entry.answer):
                to_xhtml(document, top=3, options=self._options)
                plain_text.render(document)
        except ContentError as error:
            return of_error(error, "content/unusable", Level.ERROR)
        return None

    def _html(
        self,
        source: str,
        names: Mapping[str, object],
        placeholders: Placeholders,
        deadline: Deadline,
    ) -> Template:
        try:
            return self._compile(source, names, placeholders, deadline)
        except PostConditionError as error:
            # The finished page tells that marks are misplaced, its source tells where.
            locate = self._templates.locator(_HTML, names, source, escape=True)
            mail_only.check(source, placeholders, locate)
            if error.place:
                raise
            raise PostConditionError(
                error.message, place=self._templates.place_of(_HTML), remedy=error.remedy
            ) from error

    def _compile(
        self,
        source: str,
        names: Mapping[str, object],
        placeholders: Placeholders,
        deadline: Deadline,
    ) -> Template:
        locate = self._templates.locator(_HTML, names, source, escape=True)
        place = self._templates.place_of(_HTML)
        bounds.check_source(source, place, locate)
        deadline.check()
        compiled = mjml.compile_html(source, locate)
        compiled = mjml.name_role(compiled, self._options.words_of().email)
        # In what the templates wrote a place is known.
        post_conditions.check_marks(source, "HTML", placeholders, locate)
        post_conditions.check_way_out(source, "HTML", placeholders, partial(self._home, _HTML))
        before = page_pieces.take_apart(compiled)
        crowd = Crowd(source, locate)
        bounds.check_page(before, place, crowd)
        post_conditions.check_compiled(source, before, placeholders, locate)
        deadline.check()
        after = inlining.inline(before)
        deadline.check()
        bounds.check_page(after, place, crowd)
        post_conditions.check_inlined(before, after, placeholders)
        post_conditions.check_marks(after.text, "HTML", placeholders)
        post_conditions.check_way_out(after.text, "HTML", placeholders)
        template = placeholders.split(after.text)
        link = source.find(placeholders.mark(Placeholder.UNSUBSCRIBE_URL))
        page_walk.check(template, lambda: locate(link), partial(_first, source, locate))
        return template

    def _text(
        self,
        read: Manuscript,
        html: Mapping[str, object],
        placeholders: Placeholders,
        deadline: Deadline,
    ) -> Template:
        write = partial(plain_text.render, links=plain_text.Links())
        names = context.for_text(read, self._options, placeholders.marks(), write, html)
        text = self._templates.render_text(_TEXT, names, deadline, placeholders.nonce)
        locate = self._templates.locator(_TEXT, names, text, escape=False)
        post_conditions.check_marks(text, "text", placeholders, locate)
        post_conditions.check_way_out(text, "text", placeholders, partial(self._home, _TEXT))
        return placeholders.split(flowed.write(text))

    def _home(self, name: str) -> str:
        """Name the file that should hold the unsubscribe link."""
        return self._templates.home_of("unsubscribe_url", name)

    def _day(self, read: Manuscript) -> date:
        """Give the date of an issue: its slot's, never today's."""
        return read.issue.slot.at.astimezone(self._zone).date()


def _first(source: str, locate: Callable[[int], str], *texts: str) -> str:
    """Name the place of the first of some texts that a source has."""
    return next((locate(at) for at in map(source.find, texts) if at >= 0), "")


def _bodies(read: Manuscript, names: Mapping[str, object]) -> tuple[Body, ...]:
    """Give each text of an issue as the templates write it, with its place."""
    issue = read.issue
    intro = Body(str(names["intro"]), read.intro.passages, issue.source, issue.intro_line)
    views = names["qas"]
    if not isinstance(views, tuple):
        return (intro,)
    bodies = [intro]
    for entry, view in zip(read.entries, views, strict=True):
        qa = entry.qa
        for document, passage, line in (
            (entry.question, view.question, qa.question.line),
            (entry.answer, view.answer, qa.answer.line),
        ):
            bodies.append(Body(passage.body, document.passages, qa.source, line))
    return tuple(bodies)
