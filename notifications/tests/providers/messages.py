"""Messages for the tests of providers."""

from dataclasses import replace

from notifications.providers.base import EmailMessage, SmsMessage

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


def email(**changes):
    return replace(EMAIL, **changes)
