"""GET /service/<id>/notifications/<id>: all that is known of a message."""

import uuid
from datetime import UTC, datetime

import pytest

from notifications.tests.factories import CallbackDeliveryFactory, NotificationFactory
from services.tests.api.management.client import member
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.redaction import redact
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def template():
    return TemplateFactory(email=True, content="Hello ((name)), ((late??you are late))")


@pytest.fixture
def show(template):
    caller = member(template.service, "view_activity", scope="read")

    def show(row_id):
        return caller.get(f"/service/{template.service_id}/notifications/{row_id}")

    return show


def test_a_message_is_shown_with_its_way_and_who_was_told(template, show):
    key = ApiKeyFactory(service=template.service)
    row = NotificationFactory(
        template=template,
        personalisation={"name": "Jo", "late": True},
        api_key=key,
        client_reference="mine",
        reference="theirs@example.org",
        reply_to_text="desk@example.org",
        status="temporary-failure",
        failure_reason="max-retries",
        created_at=NOON,
        sent_at=NOON,
        updated_at=NOON,
        sent_by="smtp",
        delivery_attempts=3,
        failed_provider="ses",
    )
    told = CallbackDeliveryFactory(
        service=template.service, subject_id=row.id, event_key="temporary-failure",
        payload={"to": "secret"}, state="waiting", attempts=2, last_response_code=502,
        last_error="502", created_at=NOON, next_attempt_at=NOON,
    )  # fmt: skip
    CallbackDeliveryFactory(service=template.service, callback_type="complaint", subject_id=row.id)

    status, answer = show(row.id)

    assert status == 200
    assert answer == {
        "id": str(row.id),
        "type": "email",
        "status": "temporary-failure",
        "failure_reason": "max-retries",
        "to": "jo@example.com",
        "reference": "mine",
        "template": {"id": str(template.id), "version": 1, "name": template.name},
        "job": None,
        "job_row_number": None,
        "api_key": str(key.id),
        "key_type": "normal",
        "created_by_name": None,
        "created_at": "2026-01-01T12:00:00Z",
        "sent_at": "2026-01-01T12:00:00Z",
        "completed_at": "2026-01-01T12:00:00Z",
        "postage": None,
        "content": {"subject": "About Jo", "body": "Hello Jo, you are late"},
        "personalisation": {"name": "Jo", "late": True},
        "personalisation_is_hidden": False,
        "provider": "smtp",
        "provider_reference": "theirs@example.org",
        "sender": "desk@example.org",
        "updated_at": "2026-01-01T12:00:00Z",
        "attempts": 3,
        "failed_provider": "ses",
        "next_attempt_at": None,
        "billable_units": 0,
        "international": False,
        "rate_multiplier": None,
        "cost": {"is_cost_data_ready": True, "cost_in_pounds": 0.0, "cost_details": {}},
        "callbacks": [
            {
                "id": str(told.id),
                "status": "temporary-failure",
                "state": "waiting",
                "attempts": 2,
                "last_response_code": 502,
                "last_error": "502",
                "created_at": "2026-01-01T12:00:00Z",
                "next_attempt_at": "2026-01-01T12:00:00Z",
                "finished_at": None,
            }
        ],
    }


@pytest.mark.parametrize("kind", ["sms", "email", "letter"])
def test_a_template_that_hides_values_hides_them_here_too(kind):
    template = TemplateFactory(
        email=kind == "email", letter=kind == "letter",
        content="Code ((code)) ((late??for the late))",
    )  # fmt: skip
    row = NotificationFactory(
        template=template, personalisation={"code": "471108", "name": "Jo", "late": True}
    )
    url = f"/service/{template.service_id}/notifications/{row.id}"
    caller = member(template.service, "view_activity")
    before = caller.get(url)[1]
    redact(template, actor=UserFactory())

    hidden = caller.get(url)[1]

    subjects = {
        "sms": (None, None),
        "email": ("About Jo", "About [hidden]"),
        "letter": ("A letter to Jo", "A letter to [hidden]"),
    }
    assert before["content"]["body"] == "Code 471108 for the late"
    assert hidden["content"]["body"] == "Code [hidden] [hidden]"
    assert (before["content"]["subject"], hidden["content"]["subject"]) == subjects[kind]
    assert (hidden["personalisation"], hidden["personalisation_is_hidden"]) == (None, True)
    assert hidden["to"] == row.to
    assert "471108" not in str(hidden)


def test_a_value_that_is_missing_shows_its_placeholder(template, show):
    row = NotificationFactory(template=template, personalisation=None, status="validation-failed")

    _, answer = show(row.id)

    assert answer["content"]["subject"] == "About ((name))"
    assert answer["personalisation"] == {}


def test_a_letter_that_came_as_a_pdf_has_no_text(show, template):
    hidden = TemplateFactory(service=template.service, letter=True, hidden=True)
    row = NotificationFactory(template=hidden, personalisation={"address_line_1": "x"})

    assert show(row.id)[1]["content"]["body"] == ""


def test_what_is_not_there_or_another_service_s_is_not_found(show):
    foreign = NotificationFactory(service=ServiceFactory())

    for row_id in (uuid.uuid4(), foreign.id):
        assert show(row_id)[0] == 404


def test_a_message_costs_few_questions(template, show, django_assert_max_num_queries):
    row = NotificationFactory(template=template, created_by=UserFactory())
    for event in ("delivered", "temporary-failure", "permanent-failure"):
        CallbackDeliveryFactory(service=template.service, subject_id=row.id, event_key=event)
    show(row.id)

    with django_assert_max_num_queries(8):
        assert show(row.id)[0] == 200
