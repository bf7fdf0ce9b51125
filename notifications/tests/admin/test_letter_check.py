"""Letters that came as a PDF, on the admin site."""

import pytest
from django.urls import reverse

from notifications.letters import files as stored
from notifications.letters.files import Folder
from notifications.models import LetterCheck
from notifications.tests.admin.test_job import with_rights
from notifications.tests.admin.test_letter_pages import reveal
from notifications.tests.factories import NotificationFactory
from notifications.tests.letters.precompiled.written import letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(files):
    row = NotificationFactory(letter=True, status="validation-failed")
    LetterCheck.objects.create(
        notification_id=row.id,
        message="content-outside-printable-area",
        invalid_pages=[2],
        page_count=2,
    )
    stored.set_aside(row, Folder.INVALID, letter(pages=2))
    return row


def test_the_page_of_a_letter_says_what_was_wrong_and_leads_to_pictures(refused):
    client = with_rights("view_notification", "view_recipient")
    page = reveal(client, refused)
    picture = reverse("admin:notifications_notification_letter_page", args=[refused.id, 2])

    text = page.content.decode()
    assert "content-outside-printable-area, page 2; not scanned for viruses" in text
    assert picture in text
    answer = client.get(picture)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")


def test_a_refused_pdf_is_not_opened_by_the_process_that_serves_pages(refused):
    client = with_rights("view_notification", "view_recipient")
    page = reveal(client, refused)
    at_once = reverse("admin:notifications_notification_pages", args=[refused.id])

    assert at_once not in page.content.decode()
    assert client.get(at_once).status_code == 404


def test_pictures_are_for_those_who_may_see_to_whom_a_letter_goes(refused):
    picture = reverse("admin:notifications_notification_letter_page", args=[refused.id, 1])

    asked = with_rights("view_notification", "view_recipient")
    assert asked.get(picture).status_code == 404
    assert with_rights("view_notification").get(picture).status_code == 404
    assert with_rights("view_recipient").get(picture).status_code == 403


def test_a_picture_that_there_is_not_is_said_not_to_be_there(refused):
    picture = reverse("admin:notifications_notification_letter_page", args=[refused.id, 3])

    client = with_rights("view_notification", "view_recipient")
    reveal(client, refused)
    answer = client.get(picture)

    assert (answer.status_code, answer.content) == (404, b"No result found")
