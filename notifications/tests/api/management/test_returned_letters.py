"""Reporting letters that came back, and what their service sees of them."""

import uuid
from datetime import date

import pytest

from notifications.models import Notification, ReturnedLetter
from notifications.tests.factories import NotificationFactory
from notify_project import queues
from notify_project.models import AuditEvent
from services.tests.api.management.client import member, support
from services.tests.factories import ServiceFactory
from templates_app.models import Template

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def returned(service, day=MONDAY, **values):
    row = NotificationFactory(letter=True, service=service, status="returned-letter", **values)
    ReturnedLetter.objects.create(notification_id=row.id, service=service, reported_at=day)
    return row


class TestReporting:
    def test_many_are_queued_in_parts_and_audited_without_them(self, recorded_tasks):
        references = [f"{number:016}" for number in range(5001)]
        caller = support()

        answer = caller.post("/letters/returned", {"references": [*references, references[0]]})

        assert answer == (204, None)
        assert {(task.function, task.queue) for task in recorded_tasks} == {
            ("record_returned_letters", "letters")
        }
        parts = [task.args[0].split() for task in recorded_tasks]
        assert [len(part) for part in parts] == [5000, 1]
        assert [each for part in parts for each in part] == references
        event = AuditEvent.objects.get(action="report returned letters")
        assert (event.actor, event.subject_type, event.after) == (
            *(caller.user, "report"),
            {"references": 5001},
        )

    @pytest.mark.parametrize(
        "references",
        [None, [], "ABCDEFGH12345678", ["abcdefgh12345678"], ["A" * 15], ["A" * 17], [5]],
    )
    def test_what_are_no_references_is_refused_whole(self, recorded_tasks, references):
        status, answer = support().post("/letters/returned", {"references": references})

        assert (status, list(answer["message"])) == (400, ["references"])
        assert recorded_tasks == []

    @pytest.mark.django_db(transaction=True)
    def test_without_a_queue_the_caller_is_asked_to_come_back(self, monkeypatch):
        monkeypatch.setattr(queues, "intercept", None)

        status, answer = support().post("/letters/returned", {"references": ["A" * 16]})

        assert (status, answer["result"]) == (503, "error")


class TestReading:
    @pytest.fixture
    def service(self):
        return ServiceFactory()

    @pytest.fixture
    def caller(self, service):
        return member(service, "view_activity")

    def test_the_letters_of_a_day_are_shown_as_they_were_sent(self, service, caller):
        row = returned(service, job_row_number=None)
        returned(service, TUESDAY)
        returned(ServiceFactory())

        _, answer = caller.get(f"/service/{service.id}/returned-letters?reported_at={MONDAY}")

        [shown] = answer["data"]
        assert shown.pop("date_sent") is not None
        assert shown == {
            "notification_id": str(row.id),
            "reference": None,
            "sent_by": "API",
            "template_name": Template.objects.get(id=row.template_id).name,
            "template_id": str(row.template_id),
            "template_version": 1,
            "spreadsheet_file_name": None,
            "spreadsheet_row_number": None,
            "upload_letter_file_name": None,
        }

    def test_of_a_letter_of_which_nothing_is_left_its_id_is_shown(self, service, caller):
        gone = uuid.uuid4()
        ReturnedLetter.objects.create(notification_id=gone, service=service, reported_at=MONDAY)

        _, answer = caller.get(f"/service/{service.id}/returned-letters?reported_at={MONDAY}")

        [shown] = answer["data"]
        assert shown.pop("notification_id") == str(gone)
        assert set(shown.values()) == {None}

    def test_a_letter_that_is_deleted_is_shown_all_the_same(self, service, caller):
        row = returned(service)
        Notification.objects.all().delete()

        _, answer = caller.get(f"/service/{service.id}/returned-letters?reported_at={MONDAY}")

        assert answer["data"][0]["template_id"] == str(row.template_id)

    def test_a_list_has_pages_and_costs_few_queries(
        self, service, caller, django_assert_max_num_queries
    ):
        rows = [returned(service) for _ in range(5)]
        path = f"/service/{service.id}/returned-letters?reported_at={MONDAY}&page_size=3"

        with django_assert_max_num_queries(8):
            _, first = caller.get(path)
        _, second = caller.get(first["links"]["next"])

        ids = [each["notification_id"] for each in first["data"] + second["data"]]
        assert ids == [str(row.id) for row in reversed(rows)]
        assert second["links"]["next"] is None

    @pytest.mark.parametrize("query", ["", "?reported_at=", "?reported_at=monday", "?day=1"])
    def test_a_list_is_of_one_day(self, service, caller, query):
        status, answer = caller.get(f"/service/{service.id}/returned-letters{query}")

        assert (status, answer["result"]) == (400, "error")

    def test_days_are_counted_the_newest_first(
        self, service, caller, django_assert_max_num_queries
    ):
        for day in (MONDAY, MONDAY, TUESDAY):
            returned(service, day)
        ReturnedLetter.objects.create(
            notification_id=uuid.uuid4(), service=service, reported_at=MONDAY
        )
        returned(ServiceFactory())
        path = f"/service/{service.id}/returned-letters/days?page_size=1"

        with django_assert_max_num_queries(6):
            _, first = caller.get(path)
        _, second = caller.get(first["links"]["next"])

        assert first["data"] == [{"reported_at": "2026-03-03", "letters": 1, "without_message": 0}]
        assert second["data"] == [{"reported_at": "2026-03-02", "letters": 3, "without_message": 1}]
        assert second["links"]["next"] is None
