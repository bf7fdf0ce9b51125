import pytest
from django.db import connection

from notifications.jobs.row_ids import row_id
from notifications.jobs.rows import persist_range
from notifications.models import HISTORY_COLUMNS, Job, Notification, NotificationHistory
from notifications.tests.jobs.conftest import texts
from notify_project.tests.at_once import at_once
from services.models import ServicePermission
from services.tests.factories import (
    ServiceEmailReplyToFactory,
    ServiceFactory,
    ServiceSmsSenderFactory,
    ServiceUserFactory,
    UserFactory,
)
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import update_template

pytestmark = pytest.mark.django_db


def differing_rows():
    """Count real rows whose history row is missing or differs."""
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM h.{name}" for name in HISTORY_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM notifications n LEFT JOIN notification_history h USING (id) "
            f"WHERE n.is_real AND (h.id IS NULL OR {differs})"
        )
        return cursor.fetchone()[0]


def test_a_row_becomes_a_message(mailings):
    text = "phone number,name,notes,reference\n07700 900123,Jo,x,mine\n07700900124,Al,,"
    job = mailings.begun(text, TemplateFactory(process_type="priority"))

    assert persist_range(job.id, 0, 1) == 2

    first, second = mailings.rows(job)
    assert (first.id, first.job_row_number) == (row_id(job.id, 0), 0)
    assert (first.to, first.normalised_to) == ("07700 900123", "447700900123")
    assert (first.phone_prefix, first.rate_multiplier) == ("44", 1)
    assert (first.personalisation, first.client_reference) == ({"name": "Jo"}, "mine")
    assert (first.status, first.is_real, first.key_type) == ("created", True, "normal")
    assert (first.api_key_id, first.process_type) == (None, "priority")
    assert (first.template_version, first.reply_to_text) == (1, "NOTIFY")
    assert (first.failure_reason, first.updated_at) == (None, None)
    assert (second.personalisation, second.client_reference) == ({"name": "Al"}, None)
    assert differing_rows() == 0
    assert NotificationHistory.objects.filter(job_id=job.id).count() == 2


def test_a_range_that_is_stored_again_stores_nothing(mailings):
    job = mailings.begun(texts(5))
    persist_range(job.id, 0, 4)
    before = mailings.rows(job)

    assert persist_range(job.id, 0, 4) == 0

    assert [(row.id, row.created_at) for row in mailings.rows(job)] == [
        (row.id, row.created_at) for row in before
    ]


def test_exactly_what_is_missing_in_the_middle_is_stored(mailings):
    job = mailings.begun(texts(10))
    persist_range(job.id, 0, 9)
    gone = [row_id(job.id, number) for number in (3, 4, 7)]
    Notification.objects.filter(id__in=gone).delete()
    NotificationHistory.objects.filter(id__in=gone).delete()

    assert persist_range(job.id, 2, 8) == 3

    assert [row.personalisation["name"] for row in mailings.rows(job)] == [
        f"Person {number}" for number in range(10)
    ]


def test_what_was_deleted_at_the_end_of_retention_does_not_come_back(mailings):
    job = mailings.begun(texts(3))
    persist_range(job.id, 0, 2)
    Notification.objects.filter(job=job, job_row_number=1).delete()

    assert persist_range(job.id, 0, 2) == 0

    assert len(mailings.rows(job)) == 2


def test_rows_that_cannot_be_sent_are_stored_with_the_reason(mailings, files):
    template = TemplateFactory(service=ServiceFactory(trial=True))
    ServiceUserFactory(service=template.service, user__mobile_number="+447700900123")
    job = mailings.begun("phone number,name\n07700900123,Jo", template)
    [stored] = files.rglob(f"{job.id}.csv")
    stored.write_text(
        "phone number,name\n07700900123,Jo\n07700900124,Al\nabc,Bo\n,Cy\n07700900123,\n"
        f"07700900123,{'x' * 919}\n"
    )

    persist_range(job.id, 0, 5)

    rows = mailings.rows(job)
    assert [row.status for row in rows] == ["created"] + ["validation-failed"] * 5
    assert [row.failure_reason for row in rows[1:]] == [
        "The recipient is not a member of the team: the service is in trial mode",
        "phone number: Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -",
        "phone number: Missing",
        "name: Missing",
        "Message is too long",
    ]
    assert [(row.to, row.normalised_to) for row in rows[2:4]] == [("abc", None), ("", None)]
    assert {row.billable_units for row in rows} == {0}
    assert all(row.updated_at == row.created_at for row in rows[1:])
    assert differing_rows() == 0


def test_a_row_that_the_database_refuses_costs_only_itself(mailings, caplog):
    job = mailings.begun(
        "phone number,name,reference\n"
        + "\n".join(f"07700900123,Jo,{'bad' if n == 5 else n}" for n in range(9))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE notifications ADD CONSTRAINT ck_poison "
            "CHECK (client_reference <> 'bad') NOT VALID"
        )

    assert persist_range(job.id, 0, 8) == 9

    rows = mailings.rows(job)
    assert [row.client_reference for row in rows] == [*"01234", None, *"678"]
    assert (rows[5].status, rows[5].to) == ("validation-failed", "")
    assert rows[5].failure_reason == "The row cannot be stored"
    assert rows[5].personalisation is None
    assert f"row 5 of job {job.id} cannot be stored: 23514" in caplog.text


@pytest.mark.parametrize("status", ["paused", "cancelled", "sending limits exceeded", "scheduled"])
def test_a_job_that_is_not_sent_stores_nothing(mailings, status):
    job = mailings.begun(texts(3))
    Job.objects.filter(id=job.id).update(job_status=status)

    assert persist_range(job.id, 0, 2) == 0

    assert mailings.rows(job) == []


def test_a_job_that_is_paused_meanwhile_stores_no_further_rows(mailings, monkeypatch):
    monkeypatch.setattr("notifications.jobs.rows.ROWS_OF_A_STATEMENT", 2)
    job = mailings.begun(texts(6))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "UPDATE jobs SET job_status = 'paused' WHERE id = NEW.job_id; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER pause AFTER INSERT ON notifications FOR EACH ROW "
            "WHEN (NEW.job_row_number = 3) EXECUTE FUNCTION pg_temp.pause()"
        )

    assert persist_range(job.id, 0, 5) == 4


def test_the_chosen_sender_stays_although_it_is_archived(mailings):
    template = TemplateFactory()
    sender = ServiceSmsSenderFactory(service=template.service, sms_sender="07700900111")
    job = mailings.begun(texts(1), template, sender_id=sender.id)
    type(sender).objects.filter(id=sender.id).update(archived=True)

    persist_range(job.id, 0, 0)

    assert mailings.rows(job)[0].reply_to_text == "447700900111"


def test_an_email_goes_out_with_the_chosen_reply_to_and_lists_as_lists(mailings):
    template = TemplateFactory(email=True, content="((name)) ((thing))")
    reply_to = ServiceEmailReplyToFactory(service=template.service)
    text = "Email_Address,NAME,thing,thing\njo@example.org,Jo,pen,ink"
    job = mailings.begun(text, template, sender_id=reply_to.id)

    persist_range(job.id, 0, 0)

    [row] = mailings.rows(job)
    assert (row.to, row.reply_to_text) == ("jo@example.org", reply_to.email_address)
    assert row.personalisation == {"name": "Jo", "thing": ["pen", "ink"]}
    assert row.rate_multiplier is None


def test_a_letter_has_its_address_and_a_reference(mailings):
    template = TemplateFactory(letter=True)
    ServicePermission.objects.create(service=template.service, permission="international_letters")
    text = (
        "address line 1,address line 2,address line 3,postcode,name\n"
        "Jo,1 High St,,SW1A 2AA,Jo\nAl,2 Rue,France,,Al"
    )
    sender = UserFactory()
    job = mailings.begun(text, template, actor=sender)

    persist_range(job.id, 0, 1)

    first, second = mailings.rows(job)
    assert first.to == "Jo\n1 High St\nSW1A 2AA"
    assert first.personalisation["address_line_2"] == "1 High St"
    assert (first.postage, first.international) == ("second", False)
    assert (second.postage, second.international) == ("europe", True)
    assert len({first.reference, second.reference}) == 2
    assert {len(row.reference) for row in (first, second)} == {16}
    assert {row.created_by_id for row in (first, second)} == {sender.id}


def test_what_is_not_real_has_no_history(mailings):
    job = mailings.begun(texts(2), TemplateFactory(service=ServiceFactory(research=True)))

    persist_range(job.id, 0, 1)

    assert {row.is_real for row in mailings.rows(job)} == {False}
    assert not NotificationHistory.objects.exists()


def test_rows_use_the_version_of_the_template_that_was_checked(mailings):
    template = TemplateFactory()
    job = mailings.begun(texts(1), template)
    update_template(template, content="Changed ((other))", actor=template.created_by)

    persist_range(job.id, 0, 0)

    [row] = mailings.rows(job)
    assert (row.template_version, row.status) == (1, "created")


@pytest.mark.django_db(transaction=True)
def test_workers_that_store_a_range_at_once_store_each_row_once(mailings):
    job = mailings.begun(texts(1200))

    stored = []
    at_once(*[lambda: stored.append(persist_range(job.id, 0, 1199))] * 4)

    assert sum(stored) == 1200
    assert [row.job_row_number for row in mailings.rows(job)] == list(range(1200))
    assert differing_rows() == 0


def test_storing_notes_that_the_job_makes_progress(mailings):
    job = mailings.begun(texts(1))
    Job.objects.filter(id=job.id).update(heartbeat_at="2020-01-01T00:00Z")

    persist_range(job.id, 0, 0)

    job.refresh_from_db()
    assert job.heartbeat_at.year > 2020
