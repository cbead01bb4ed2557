"""Values that are valid by default; a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipeline.model.address import Address
from pipeline.model.delivery import Recipient
from pipeline.model.edition import Edition, Placeholder, Template
from pipeline.model.issue import Issue, Slot
from pipeline.model.qa import QA, Answer, QAStatus, Question
from pipeline.model.subscriber import Subscriber, SubscriberStatus

#: A Tuesday morning, long before any test runs.
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
TUESDAY = date(2026, 3, 3)

#: What a newsletter's site is made with; domains in .example belong to nobody.
SITE = {
    "title": "The Corner Office",
    "from": "The Corner Office <letters@news.example>",
    "reply_to": "questions@news.example",
    "list_id": "corner-office.news.example",
    "base_url": "https://news.example",
    "timezone": "America/New_York",
    "postal_address": "1 Main Street, Springfield",
    "verify_links": "false",
}


def make_qa(slug: str = "the-long-meeting", **changes: Any) -> QA:
    qa = QA(
        slug=slug,
        title="The long meeting",
        question=Question(f"Must I stay to the end of {slug}?", "A reader in Boston", NOON.date()),
        answer=Answer("No. Say when you have to go, and *go*.", "Jo Doe", "Jo Doe runs a desk."),
        status=QAStatus.READY,
        topics=("meetings",),
        source=f"content/{slug}.md",
    )
    return replace(qa, **changes)


def make_slot(day: date = TUESDAY, **changes: Any) -> Slot:
    at = datetime(day.year, day.month, day.day, 14, 0, tzinfo=UTC)
    return replace(Slot("tuesday 09:00 America/New_York", day, at), **changes)


def make_issue(number: int = 1, **changes: Any) -> Issue:
    issue = Issue(
        number=number,
        slot=make_slot(),
        title="The Corner Office",
        subject="The long meeting",
        preheader="Also: the short one",
        intro="Hello again.",
        qas=(make_qa(), make_qa("the-short-meeting", title="The short meeting")),
    )
    return replace(issue, **changes)


def make_edition(number: int = 1, **changes: Any) -> Edition:
    link = Placeholder.UNSUBSCRIBE_URL
    edition = Edition(
        number=number,
        slot=make_slot().at,
        subject="The long meeting",
        preheader="Also: the short one",
        slugs=("the-long-meeting",),
        html=Template(
            (
                "<!DOCTYPE html><html><body><p>Say when you have to go.</p>",
                Placeholder.MAIL_ONLY_START,
                '<p><a href="',
                link,
                '">Unsubscribe</a> ',
                Placeholder.ADDRESS,
                "</p>",
                Placeholder.MAIL_ONLY_END,
                "</body></html>",
            )
        ),
        text=Template(
            (
                "Say when you have to go.\n\n",
                Placeholder.MAIL_ONLY_START,
                "Unsubscribe: ",
                link,
                "\n",
                Placeholder.MAIL_ONLY_END,
            )
        ),
    )
    return replace(edition, **changes)


def make_subscriber(id: int = 1, **changes: Any) -> Subscriber:  # noqa: A002 - the field's name
    subscriber = Subscriber(
        id=id,
        address=Address(f"reader-{id}@mail.example", f"Reader {id}"),
        status=SubscriberStatus.ACTIVE,
        since=NOON,
    )
    return replace(subscriber, **changes)


def make_recipient(subscriber_id: int = 1, **changes: Any) -> Recipient:
    recipient = Recipient(
        issue=1,
        shard=1,
        subscriber_id=subscriber_id,
        address=f"reader-{subscriber_id}@mail.example",
        expires_at=NOON + timedelta(hours=72),
    )
    return replace(recipient, **changes)
