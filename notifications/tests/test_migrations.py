"""What upgrading does to messages that wait already."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from notifications.lifecycle import claim
from notifications.models import InboundSms, Notification
from notifications.tests.factories import InboundSmsFactory
from notify_project import clock
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

COLUMNS = """
    id, service_id, template_id, template_version, "to", key_type, is_real, notification_type,
    process_type, notification_status, created_at, billable_units, international, delivery_attempts
"""


def migrate(name):
    MigrationExecutor(connection).migrate([("notifications", name)])


@pytest.fixture
def earlier(transactional_db):
    """Take the table back to how it was before a message kept its lane."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("notifications")[0][1]
    migrate("0020_callback_due_by_endpoint")
    yield newest
    migrate(newest)


def insert(template, *, status="created", is_real="true", process_type="normal"):
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO notifications ({COLUMNS}) VALUES (gen_random_uuid(), %s, %s, 1,"
            "  '07700 900123', 'normal', %s, 'sms', %s, %s, now(), 0, false, 0) RETURNING id",
            [template.service_id, template.id, is_real, process_type, status],
        )
        return cursor.fetchone()[0]


def test_what_waits_keeps_its_lane_and_what_the_old_release_adds_is_sent(earlier):
    template = TemplateFactory(service=ServiceFactory())
    waiting = {
        insert(template): "normal",
        insert(template, process_type="priority"): "priority",
        insert(template, is_real="false"): "research-mode",
        insert(template, is_real="false", process_type="priority"): "research-mode",
    }
    insert(template, process_type="priority", status="delivered")

    migrate("0021_lane")
    added = insert(template, process_type="priority")
    migrate(earlier)

    now = clock.now()
    for lane in ("priority", "normal", "bulk", "research-mode"):
        taken = {row.id for row in claim(lane=lane, limit=9, now=now, lease_until=now)}
        expected = {each for each, its in waiting.items() if its == lane}
        assert taken == expected | ({added} if lane == "normal" else set())
    assert Notification.objects.get(status="delivered").lane == "normal"


@pytest.mark.django_db
def test_texts_of_an_earlier_release_are_found_by_their_senders():
    row = InboundSmsFactory(sender_hash=None, user_number="447700900999")

    import_module("notifications.migrations.0026_fill_sender_hash").fill(apps, None)

    assert list(InboundSms.objects.sent_by("07700 900999")) == [row]
