"""Mails of an office, read."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from pipeline.model.edition import Edition
from pipeline.workflow import looking
from tests.workflow.office import Office


def read(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def edition_of(office: Office) -> Edition:
    return looking.edition_of(office.shop, None, None, now=office.now)
