"""What becomes of requests while files cannot be stored."""

import base64
import os

import pytest

from notifications.models import Document, Notification
from notify_project import clock
from notify_project.tests.full_disk import full_disk
from templates_app.tests.factories import TemplateFactory

LARGE = base64.b64encode(b"hello " * 1000).decode()
PDF = base64.b64encode(b"%PDF-1.4\n" + b"x" * 5000).decode()
AWAY = {
    "status_code": 503,
    "errors": [
        {
            "error": "ServiceUnavailable",
            "message": "Files cannot be stored or read at the moment, try again",
        }
    ],
}
FIRST_FITS = {
    "small": {"file": base64.b64encode(b"hello").decode(), "filename": "a.txt"},
    "large": {"file": LARGE, "filename": "b.txt"},
}


@pytest.fixture
def with_files(world):
    """Return a function that sends an email with two files, of which one is large."""
    columns = {"template_type": "email", "subject": "Files", "content": "((small)) ((large))"}
    template = TemplateFactory(service=world.rows["S_LIVE"], **columns)
    return lambda: world.send("email", template_id=str(template.id), personalisation=FIRST_FITS)


def left_in(folder):
    return [name for _, _, names in os.walk(folder) for name in names]


def counted(world, redis, kind):
    """Return what the service has used up of the day's limit."""
    return int(redis.get(f"daily-limit-{world.ids['S_LIVE']}-{kind}-{clock.now():%Y-%m-%d}") or 0)


def test_an_email_whose_files_cannot_be_stored_is_refused_and_leaves_nothing(
    world, files, with_files, redis
):
    sent = Notification.objects.count()

    with full_disk():
        answer = with_files()

    assert (answer.status_code, answer.json()) == (503, AWAY)
    assert left_in(files) == []
    assert not Document.objects.exists()
    assert Notification.objects.count() == sent
    assert counted(world, redis, "email") == 0


def test_a_letter_whose_file_cannot_be_stored_is_refused_and_leaves_nothing(world, files, redis):
    letters = Notification.objects.filter(notification_type="letter")
    before = letters.count()

    with full_disk():
        answer = world.post("letter", {"reference": "mine", "content": PDF})

    assert (answer.status_code, answer.json()) == (503, AWAY)
    assert left_in(files) == []
    assert letters.count() == before
    assert counted(world, redis, "letter") == 0


def test_what_has_no_files_goes_on(world, files):
    with full_disk():
        answers = [world.send(kind) for kind in ("sms", "email", "letter")]

    assert [answer.status_code for answer in answers] == [201, 201, 201]


def test_the_same_requests_are_accepted_once_there_is_room(world, files, with_files):
    with full_disk():
        refused = with_files()

    assert (refused.status_code, with_files().status_code) == (503, 201)
    assert world.post("letter", {"reference": "mine", "content": PDF}).status_code == 201
    assert Document.objects.count() == 2
    assert len(left_in(files)) == 3
