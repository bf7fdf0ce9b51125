import json
import logging
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications.models import (
    CallbackDelivery,
    Notification,
    NotificationHistory,
    ReturnedLetter,
)
from notifications.receipts.returned_letters import record_returned
from notifications.receipts.tasks import record_returned_letters
from notifications.support.calls import find_of_messages
from notifications.tests.factories import JobFactory, NotificationFactory
from notifications.tests.receipts.night import delete_while
from notifications.tests.receipts.test_letters import statuses
from notify_project import clock
from services.callbacks import set_callback
from services.tests.factories import ApiKeyFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_tasks")]

NO_LETTER = "A" * 16


def letter(status="delivered", **values):
    return NotificationFactory(letter=True, status=status, billable_units=2, **values)


def tell(service):
    set_callback(service, "returned_letter", url="https://8.8.8.8/told", token="a" * 20, actor=None)


def report(*rows, now=None):
    return record_returned([row.reference for row in rows], now=now or clock.now())


@pytest.mark.parametrize("before", ["sending", "delivered"])
def test_a_letter_that_came_back_says_so_in_both_tables_and_is_still_charged(before):
    row = letter(before)

    assert report(row) == 1

    assert statuses(row) == ("returned-letter", "returned-letter")
    assert NotificationHistory.objects.get().billable_units == 2
    assert ReturnedLetter.objects.get().service_id == row.service_id


def test_a_letter_that_is_deleted_comes_back_in_history():
    row = letter()
    Notification.objects.all().delete()

    assert report(row) == 1

    assert statuses(row) == (None, "returned-letter")
    assert ReturnedLetter.objects.get().notification_id == row.id


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_the_night_deletes_meanwhile_comes_back_in_history():
    row = letter()

    delete_while(row, lambda: report(row))

    assert statuses(row) == (None, "returned-letter")
    assert ReturnedLetter.objects.count() == 1


def test_the_day_is_the_one_in_london():
    report(letter(), now=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))

    assert str(ReturnedLetter.objects.get().reported_at) == "2026-07-02"


def test_a_letter_comes_back_once_however_often_it_is_reported():
    row = letter()
    tell(row.service)

    assert (report(row, row), report(row)) == (1, 0)

    assert ReturnedLetter.objects.count() == CallbackDelivery.objects.count() == 1


@pytest.mark.parametrize("before", ["created", "cancelled", "technical-failure"])
def test_a_letter_that_was_never_posted_cannot_come_back(caplog, before):
    row = letter(before)

    assert report(row) == 0

    assert statuses(row) == (before, before)
    assert f"letter {row.reference} is {before}, it cannot have come back" in caplog.text
    assert not ReturnedLetter.objects.exists()


def test_what_is_no_letter_of_ours_is_logged_and_the_others_count(caplog):
    row, test = letter(), letter(research=True)

    count = record_returned([NO_LETTER, row.reference, test.reference], now=clock.now())

    assert count == 1
    unknown = " ".join(sorted([NO_LETTER, test.reference]))
    assert f"2 unknown letters are reported as come back: {unknown}" in caplog.text
    assert Notification.objects.get(id=test.id).status == "delivered"


def test_a_report_again_is_no_warning(caplog):
    row = letter()
    report(row)

    with caplog.at_level(logging.WARNING):
        report(row)

    assert caplog.records == []


def test_many_are_recorded_with_few_questions(django_assert_max_num_queries):
    template = TemplateFactory(letter=True)
    rows = [letter(template=template) for _ in range(30)]
    tell(template.service)

    with django_assert_max_num_queries(12):
        assert report(*rows) == 30

    assert CallbackDelivery.objects.count() == ReturnedLetter.objects.count() == 30


def test_the_task_reads_its_words():
    rows = [letter(), letter()]

    record_returned_letters(" ".join(row.reference for row in rows))

    assert ReturnedLetter.objects.count() == 2


class TestWhatTheServiceIsTold:
    AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

    def told(self, row, *, deleted=False):
        tell(row.service)
        if deleted:
            Notification.objects.all().delete()
        report(row)
        [delivery] = CallbackDelivery.objects.all()
        assert (delivery.subject_id, delivery.callback_type) == (row.id, "returned_letter")
        return delivery.payload

    @pytest.mark.parametrize("deleted", [False, True])
    def test_of_a_letter_that_came_by_the_api(self, deleted):
        key = ApiKeyFactory()
        template = TemplateFactory(letter=True, service=key.service)
        row = letter(template=template, api_key=key, client_reference="case 7", created_at=self.AT)

        assert self.told(row, deleted=deleted) == {
            "notification_id": str(row.id),
            "reference": "case 7",
            "date_sent": "2026-03-01T09:30:00.000000Z",
            "sent_by": "API",
            "template_name": template.name,
            "template_id": str(template.id),
            "template_version": 1,
            "spreadsheet_file_name": None,
            "spreadsheet_row_number": None,
            "upload_letter_file_name": None,
        }

    @pytest.mark.parametrize("deleted", [False, True])
    def test_of_a_letter_of_a_file(self, deleted):
        job = JobFactory(template=TemplateFactory(letter=True), original_file_name="people.csv")
        user = UserFactory(email_address="amala@example.org")
        row = letter(template=job.template, job=job, job_row_number=0, created_by=user)

        told = self.told(row, deleted=deleted)

        assert (told["sent_by"], told["reference"]) == ("amala@example.org", None)
        assert told["spreadsheet_file_name"] == "people.csv"
        assert told["spreadsheet_row_number"] == 2

    def test_of_a_pdf_of_a_program(self):
        key = ApiKeyFactory()
        template = TemplateFactory(letter=True, hidden=True, service=key.service)
        row = letter(template=template, api_key=key, client_reference="case 7")

        told = self.told(row)

        assert (told["reference"], told["upload_letter_file_name"]) == ("case 7", None)
        names = ("template_name", "template_id", "template_version")
        assert {told[name] for name in names} == {None}

    def test_of_a_pdf_that_a_person_uploaded(self):
        template = TemplateFactory(letter=True, hidden=True)
        row = letter(template=template, created_by=UserFactory(), client_reference="invitation.pdf")

        told = self.told(row)

        assert (told["reference"], told["upload_letter_file_name"]) == (None, "invitation.pdf")

    def test_it_is_found_with_the_letter_when_a_person_is_erased(self):
        row = letter()
        self.told(row)

        assert [call.subject_id for call in find_of_messages([row.id])] == [row.id]

    def test_the_guide_shows_these_fields(self):
        guide = (Path(__file__).parents[3] / "docs/api.md").read_text()
        [shown] = re.findall(r"```json\n(\{[^}]*\"date_sent\".*?)```", guide, re.DOTALL)

        assert list(json.loads(shown)) == list(self.told(letter()))

    def test_a_service_that_did_not_ask_is_not_told(self):
        told, silent = letter(), letter()
        tell(told.service)

        report(told, silent)

        assert [each.service_id for each in CallbackDelivery.objects.all()] == [told.service_id]
