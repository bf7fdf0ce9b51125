"""Messages for the tests of providers."""

from dataclasses import replace

from notifications.providers.base import EmailMessage, LetterJob, SmsMessage
from notify_project.constants import NotificationType
from notify_project.recipients.postal import parse_address

SMS = SmsMessage(
    id="3f1c8f6e-0a3b-4c7e-9a1b-0d7f6a5b4c3d",
    to="447700900123",
    body="Team: your code is 12345 – keep it",
    sender="NOTIFY",
    international=False,
)
EMAIL = EmailMessage(
    id="3f1c8f6e-0a3b-4c7e-9a1b-0d7f6a5b4c3d",
    message_id="3f1c8f6e-0a3b-4c7e-9a1b-0d7f6a5b4c3d.1@notify.test",
    to="jo@example.com",
    subject="Your appointment",
    plain="Hello Jo\n.\nUntil then – the team",
    html="<p>Hello Jo</p>\n<p>Until then – the team</p>",
    from_name="The Team",
    from_address="the.team@notify.test",
    reply_to=None,
    unsubscribe_url=None,
)
LETTER = LetterJob(
    id="3f1c8f6e-0a3b-4c7e-9a1b-0d7f6a5b4c3d",
    reference="ABCDEFGH12345678",
    postage="second",
    address=parse_address("Jo Bloggs\n1 High Street\nSW1A 1AA"),
    pdf=b"%PDF-1.7 Dear Jo Bloggs",
    organisation_id="",
    service_id="0d7f6a5b-0a3b-4c7e-9a1b-3f1c8f6e4c3d",
    callback_url="http://notify.test/notifications/letter/status?token=x",
)
# What says who a message goes to, and must be in no error.
PERSONAL = {
    NotificationType.SMS: (SMS, SMS.to),
    NotificationType.EMAIL: (EMAIL, EMAIL.to),
    NotificationType.LETTER: (LETTER, "Jo Bloggs"),
}


def email(**changes):
    return replace(EMAIL, **changes)
