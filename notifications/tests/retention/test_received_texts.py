from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from freezegun import freeze_time

from notifications.models import InboundSms, InboundSmsHistory
from notifications.retention import received_texts
from notifications.retention.received_texts import purge_received_texts
from notifications.retention.tasks import delete_inbound_sms
from notifications.tests.factories import InboundSmsFactory
from services.retention import set_retention
from services.tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 10)
# London is an hour ahead of UTC then.
CUTOFF = datetime(2026, 7, 2, 23, tzinfo=UTC)
OLD = CUTOFF - timedelta(microseconds=1)


def remaining():
    return set(InboundSms.objects.values_list("id", flat=True))


def test_a_text_is_deleted_after_a_week_and_leaves_nothing_personal():
    old = InboundSmsFactory(created_at=OLD, provider_reference="SMS-1")
    young = InboundSmsFactory(created_at=CUTOFF)

    assert purge_received_texts(TODAY) == 1

    kept = InboundSmsHistory.objects.get()
    assert remaining() == {young.id}
    assert (kept.id, kept.service_id, kept.created_at) == (old.id, old.service_id, OLD)
    assert (kept.notify_number, kept.provider, kept.provider_reference) == (
        "07700900456",
        "mmg",
        "SMS-1",
    )
    names = {field.attname for field in InboundSmsHistory._meta.concrete_fields}
    assert names.isdisjoint({"user_number", "content"})


def test_a_service_keeps_its_texts_as_long_as_the_texts_it_sends():
    shorter, longer = ServiceFactory(), ServiceFactory()
    set_retention(shorter, "sms", 3, actor=None)
    set_retention(longer, "sms", 30, actor=None)
    set_retention(longer, "email", 3, actor=None)
    InboundSmsFactory(service=shorter, created_at=OLD + timedelta(days=4))
    kept = [
        InboundSmsFactory(service=shorter, created_at=CUTOFF + timedelta(days=4)),
        InboundSmsFactory(service=longer, created_at=OLD),
    ]

    assert purge_received_texts(TODAY) == 1
    assert remaining() == {row.id for row in kept}


def test_batches_go_on_until_nothing_is_old(monkeypatch):
    monkeypatch.setattr(received_texts, "BATCH", 2)
    InboundSmsFactory.create_batch(5, service=ServiceFactory(), created_at=OLD)

    assert purge_received_texts(TODAY) == 5
    assert purge_received_texts(TODAY) == 0
    assert InboundSmsHistory.objects.count() == 5


def test_history_is_not_changed_afterwards():
    InboundSmsFactory(created_at=OLD)
    purge_received_texts(TODAY)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        InboundSmsHistory.objects.update(provider="other")


def test_the_task_counts_what_it_deletes(caplog):
    caplog.set_level("INFO")
    InboundSmsFactory(created_at=OLD)

    with freeze_time(datetime(2026, 7, 10, 1, 40, tzinfo=UTC)):
        delete_inbound_sms()

    assert "deleted 1 received texts" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_run_passes_over_what_another_holds():
    held, free = (InboundSmsFactory(created_at=OLD) for _ in range(2))
    InboundSms.objects.filter(id=free.id).update(service_id=held.service_id)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT 1 FROM inbound_sms WHERE id = %s FOR UPDATE", [held.id])
            assert purge_received_texts(TODAY) == 1
            other.rollback()
    finally:
        other.close()

    assert remaining() == {held.id}
    assert purge_received_texts(TODAY) == 1
