import inspect
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from notifications.acceptance.persist import (
    JobRow,
    Mailing,
    persist_notification,
    persist_rows_of_job,
)
from notifications.models import HISTORY_COLUMNS, Notification, NotificationHistory
from notifications.statuses import Status
from notifications.tests.factories import JobFactory
from notify_project.constants import KeyType
from services.tests.factories import ApiKeyFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
RECIPIENTS = {
    "sms": " 07900\u00a0900123 ",
    "email": " Jo.Bloggs@Example.com\u200b ",
    "letter": "A Person\n1 Road\nSW1A 1AA",
}


@pytest.fixture
def arguments():
    """Return what every caller must say, for a template of a kind."""

    def make(kind="sms", **changes):
        template = TemplateFactory(email=kind == "email", letter=kind == "letter")
        key = ApiKeyFactory(service=template.service)
        return {
            "template_id": template.id,
            "template_version": template.version,
            "recipient": RECIPIENTS[kind],
            "service": template.service,
            "personalisation": {"name": "Jo"},
            "notification_type": kind,
            "api_key_id": key.id,
            "key_type": "normal",
            "process_type": "normal",
            **({"postage": "second"} if kind == "letter" else {}),
            **changes,
        }

    return make


def columns_of(model, row_id):
    """Return the stored columns that history copies."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(HISTORY_COLUMNS)} FROM {model._meta.db_table} WHERE id = %s",
            [row_id],
        )
        return cursor.fetchone()


def test_every_parameter_is_keyword_only(arguments):
    parameters = inspect.signature(persist_notification).parameters.values()

    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}
    with pytest.raises(TypeError):
        persist_notification(*arguments().values())
    assert not Notification.objects.exists()


def test_key_type_has_no_default():
    parameter = inspect.signature(persist_notification).parameters["key_type"]

    assert parameter.default is inspect.Parameter.empty


def test_a_missing_service_fails_before_anything_is_written(arguments):
    with pytest.raises(ValueError, match="belongs to a service"):
        persist_notification(**arguments(service=None))

    assert not Notification.objects.exists()


@pytest.mark.parametrize("kind", ["sms", "email", "letter"])
def test_the_history_row_equals_the_notification_on_every_copied_column(arguments, kind):
    stored = persist_notification(
        **arguments(kind, client_reference="abc", billable_units=2, document_download_count=1)
    )

    live = columns_of(Notification, stored.id)
    assert live == columns_of(NotificationHistory, stored.id)
    assert live[HISTORY_COLUMNS.index("template_id")] == stored.template_id


def test_what_is_returned_is_what_is_stored(arguments):
    stored = persist_notification(**arguments(unsubscribe_link=None, reply_to_text="NOTIFY"))

    row = Notification.objects.get()
    for field in Notification._meta.concrete_fields:
        assert getattr(row, field.attname) == getattr(stored, field.attname), field.attname


def test_a_text_keeps_the_number_as_given_and_normalised(arguments):
    row = persist_notification(**arguments("sms"))

    assert (row.to, row.normalised_to) == ("07900900123", "447900900123")
    assert (row.phone_prefix, row.rate_multiplier, row.international) == ("44", 1, False)


def test_a_number_abroad_is_international(arguments):
    row = persist_notification(**arguments("sms", recipient="+1 202 555 0111"))

    assert (row.normalised_to, row.phone_prefix, row.international) == ("12025550111", "1", True)


def test_an_email_keeps_the_address_as_given_and_in_lower_case(arguments):
    row = persist_notification(**arguments("email"))

    assert (row.to, row.normalised_to) == ("Jo.Bloggs@Example.com", "jo.bloggs@example.com")
    assert (row.phone_prefix, row.rate_multiplier) == (None, None)


@pytest.mark.parametrize(
    ("postage", "international"), [("second", False), ("europe", True), ("rest-of-world", True)]
)
def test_a_letter_has_a_reference_and_an_address_without_white_space(
    arguments, postage, international
):
    row = persist_notification(**arguments("letter", postage=postage))

    assert row.normalised_to == "aperson1roadsw1a1aa"
    assert len(row.reference) == 16
    assert row.international is international


def test_the_two_references_are_two_things(arguments):
    text = persist_notification(**arguments("sms", client_reference="abc"))
    email = persist_notification(**arguments("email", client_reference="abc", reference="theirs"))

    assert (text.client_reference, text.reference) == ("abc", None)
    assert (email.client_reference, email.reference) == ("abc", "theirs")


def test_an_existing_row_is_never_changed(arguments):
    first = persist_notification(**arguments())
    Notification.objects.filter(id=first.id).update(status=Status.DELIVERED)
    before = Notification.objects.filter(id=first.id).values().get()

    with pytest.raises(IntegrityError), transaction.atomic():
        persist_notification(**arguments("email", notification_id=first.id))

    assert Notification.objects.filter(id=first.id).values().get() == before


def test_the_creation_time_is_kept_to_the_microsecond(arguments):
    created_at = datetime(2024, 5, 17, 15, 58, 38, 342838, tzinfo=UTC)

    stored = persist_notification(**arguments(created_at=created_at))

    assert Notification.objects.get().created_at == stored.created_at == created_at


def test_a_simulated_one_has_an_id_and_is_not_stored(arguments):
    notification = persist_notification(**arguments(simulated=True))

    assert isinstance(notification.id, uuid.UUID)
    assert not Notification.objects.exists()
    assert not NotificationHistory.objects.exists()


@pytest.mark.parametrize("key_type", KeyType.values)
@pytest.mark.parametrize("research_mode", [False, True])
def test_only_a_real_notification_has_history(arguments, key_type, research_mode):
    given = arguments(key_type=key_type)
    given["service"].research_mode = research_mode

    stored = persist_notification(**given)

    assert stored.is_real == (key_type != "test" and not research_mode)
    assert NotificationHistory.objects.exists() == stored.is_real


def test_what_was_decided_at_accept_is_not_decided_again(arguments):
    given = arguments(is_real=False)

    assert persist_notification(**given).is_real is False
    assert not NotificationHistory.objects.exists()


def test_it_is_one_statement(arguments, django_assert_num_queries):
    given = arguments()

    with django_assert_num_queries(1):
        persist_notification(**given)


def test_the_process_type_is_the_versions_own(arguments):
    template = TemplateFactory(priority=True)
    given = arguments(template_id=template.id, service=template.service, process_type=None)

    assert persist_notification(**given).process_type == "priority"


def test_a_row_of_a_spreadsheet_is_kept_although_its_recipient_is_bad(arguments):
    given = arguments(recipient="not a number", status="validation-failed")
    job = JobFactory(service=given["service"])

    row = persist_notification(**given, job_id=job.id, job_row_number=0)

    assert (row.to, row.normalised_to) == ("not a number", None)


def test_a_bad_recipient_is_refused_and_nothing_written(arguments):
    with pytest.raises(ValueError, match="letters or symbols"):
        persist_notification(**arguments(recipient="not a number"))

    assert not Notification.objects.exists()


def test_personalisation_is_stored_encrypted_and_never_in_history(arguments):
    stored = persist_notification(**arguments(personalisation={"name": "Amala"}))

    with connection.cursor() as cursor:
        cursor.execute("SELECT personalisation FROM notifications WHERE id = %s", [stored.id])
        (text,) = cursor.fetchone()
    assert "Amala" not in text
    assert Notification.objects.get().personalisation == {"name": "Amala"}
    assert not {"to", "normalised_to", "personalisation"} & set(HISTORY_COLUMNS)


def test_it_takes_part_in_the_callers_transaction(arguments):
    with transaction.atomic():
        persist_notification(**arguments())
        transaction.set_rollback(True)

    assert not Notification.objects.exists()
    assert not NotificationHistory.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_unknown_service_leaves_neither_row(arguments):
    given = arguments()
    given["service"] = SimpleNamespace(id=uuid.uuid4(), research_mode=False)

    with pytest.raises(IntegrityError):
        persist_notification(**given)

    assert not Notification.objects.exists()
    assert not NotificationHistory.objects.exists()


@pytest.mark.parametrize(
    ("rows_of_job", "lane"), [(None, "priority"), (199, "priority"), (200, "bulk"), (9999, "bulk")]
)
def test_rows_of_a_job_as_large_as_the_threshold_wait_in_bulk(
    arguments, settings, rows_of_job, lane
):
    settings.BULK_JOB_THRESHOLD = 200

    row = persist_notification(**arguments(process_type="priority", rows_of_job=rows_of_job))

    assert row.lane == lane
    assert Notification.objects.get().lane == lane


def test_a_message_inserted_by_a_release_without_lanes_is_sent_all_the_same(arguments):
    row = persist_notification(**arguments())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications SET lane = DEFAULT WHERE id = %s", [row.id])

    assert Notification.objects.get().lane == "normal"


@pytest.mark.parametrize("kind", ["sms", "email", "letter"])
def test_a_row_of_a_job_is_stored_like_any_other_message(arguments, kind):
    given = arguments(kind, api_key_id=None, reply_to_text="NOTIFY", client_reference="mine")
    job = JobFactory(service=given["service"])
    names = ("service", "template_id", "template_version", "notification_type", "process_type")
    mailing = Mailing(
        job_id=job.id,
        rows_of_job=1,
        reply_to_text="NOTIFY",
        created_by_id=None,
        **{name: given[name] for name in names},
    )
    row = JobRow(
        notification_id=uuid.uuid4(),
        number=0,
        recipient=given["recipient"],
        personalisation=given["personalisation"],
        client_reference="mine",
        postage=given.get("postage"),
    )
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    one = Notification.objects.get(id=persist_notification(**given, created_at=now).id)
    assert persist_rows_of_job(mailing, [row], now) == 1

    other = Notification.objects.get(id=row.notification_id)
    differs = {
        field.attname
        for field in Notification._meta.concrete_fields
        if getattr(one, field.attname) != getattr(other, field.attname)
    }
    assert differs == {"id", "job_id", "job_row_number"} | (
        {"reference"} if kind == "letter" else set()
    )
    assert columns_of(Notification, other.id) == columns_of(NotificationHistory, other.id)
