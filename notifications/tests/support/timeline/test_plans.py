"""Each question about one message is answered by an index, however big the tables are."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import CallbackDelivery, DeliveryEvent, Notification
from notifications.support.timeline.facts import find_message
from notifications.support.timeline.story import story_of
from notifications.support.timeline.wording import read_wording
from notifications.tests.factories import CallbackDeliveryFactory, NotificationFactory
from notify_project import clock
from notify_project.models import AuditEvent

ROWS = 4_000
BIG = {
    "notifications", "notification_history", "delivery_events", "callback_deliveries",
    "callback_attempts", "audit_events",
}  # fmt: skip
FILL = (
    """
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", key_type, notification_type,
        process_type, is_real, notification_status, created_at, billable_units, international,
        delivery_attempts)
    SELECT gen_random_uuid(), n.service_id, n.template_id, 1, '', 'normal', 'sms', 'normal', true,
        CASE WHEN k %% 10 = 0 THEN 'created' ELSE 'delivered' END,
        n.created_at - interval '1 s' * k, 1, false, 1
    FROM notifications n, generate_series(1, 5 * %(rows)s) k WHERE n.id = %(id)s
    """,
    """
    INSERT INTO delivery_events (
        notification_id, at, kind, outcome, provider, code, raw, is_applied)
    SELECT gen_random_uuid(), now(), 'receipt', 'x', '', '', '', false
    FROM generate_series(1, %(rows)s)
    """,
    """
    INSERT INTO callback_deliveries (
        id, service_id, callback_type, subject_id, event_key, payload, state, attempts, last_error,
        created_at)
    SELECT gen_random_uuid(), service_id, callback_type, gen_random_uuid(), 'x', payload, 'done', 1,
        '', now()
    FROM callback_deliveries, generate_series(1, %(rows)s)
    """,
    """
    INSERT INTO callback_attempts (delivery_id, attempt, began_at, duration_ms, error)
    SELECT id, 1, now(), 1, 'x' FROM callback_deliveries
    """,
    """
    INSERT INTO audit_events (
        id, actor_kind, action, subject_type, subject_id, reason, request_id, created_at)
    SELECT gen_random_uuid(), 'system', 'x', 'x', gen_random_uuid()::text, '', '', now()
    FROM generate_series(1, %(rows)s)
    """,
)


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["text", "letter"])
def test_no_question_about_a_message_reads_a_big_table_from_end_to_end(kind):
    is_letter = kind == "letter"
    # Of what waits, the newest.
    row = NotificationFactory(letter=is_letter, created_at=clock.now())
    CallbackDeliveryFactory(service=row.service, subject_id=row.id)
    with connection.cursor() as cursor:
        for statement in FILL[is_letter:]:
            cursor.execute(statement, {"rows": ROWS, "id": row.id})
        for model in (Notification, DeliveryEvent, CallbackDelivery, AuditEvent):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
        cursor.execute("ANALYZE callback_attempts")

    with CaptureQueriesContext(connection) as queries:
        found = find_message(row.id)
        story = story_of(found)
        read_wording(found)

    assert {table for table in BIG if any(f'"{table}"' in each["sql"] for each in queries)} >= (
        BIG - {"notification_history"}
    )
    assert is_letter or "1,000 or more are before it" in story.why.sentence
    for each in list(queries):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {each['sql']}")
            [(explained,)] = cursor.fetchall()
        plan = (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]
        scanned = [
            node.get("Relation Name") for node in nodes(plan) if node["Node Type"] == "Seq Scan"
        ]
        assert not BIG & set(scanned), each["sql"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 2_500, each["sql"]
