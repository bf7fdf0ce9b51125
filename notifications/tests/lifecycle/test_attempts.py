from datetime import UTC, datetime, timedelta

import pytest

from notifications.lifecycle import claim, count_fragments
from notifications.models import Notification, NotificationHistory
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
LEASE = NOW + timedelta(seconds=120)


def take(*, limit=100, now=NOW, lane="normal"):
    return claim(lane=lane, limit=limit, now=now, lease_until=LEASE)


def waiting(**values):
    return NotificationFactory(created_at=NOW - timedelta(minutes=1), **values)


def test_a_claim_takes_what_is_due_and_nobody_takes_it_again():
    row = waiting()

    first, second = take(), take()

    row.refresh_from_db()
    assert [each.id for each in first] == [row.id]
    assert second == []
    assert (row.claimed_until, row.delivery_attempts, row.status) == (LEASE, 1, "created")


def test_a_claim_gives_back_the_whole_row_decrypted():
    waiting(personalisation={"name": "Amala"})

    [claimed] = take()

    assert claimed.personalisation == {"name": "Amala"}
    assert claimed.delivery_attempts == 1


@pytest.mark.parametrize(
    "values",
    [
        {"status": "sending"},
        {"status": "technical-failure"},
        {"claimed_until": NOW + timedelta(seconds=1)},
        {"next_attempt_at": NOW + timedelta(seconds=1)},
        {"letter": True},
        {"research": True},
    ],
)
def test_a_claim_leaves_what_is_not_due_or_not_of_the_lane(values):
    waiting(**values)

    assert take() == []


def test_a_row_whose_lease_has_run_out_is_taken_again():
    waiting(claimed_until=NOW - timedelta(seconds=1), delivery_attempts=1)

    [claimed] = take()

    assert claimed.delivery_attempts == 2


def test_the_oldest_due_come_first():
    template = TemplateFactory()
    rows = [
        NotificationFactory(template=template, created_at=NOW - timedelta(minutes=age))
        for age in (1, 3, 2)
    ]

    claimed = take(limit=2)

    assert [each.id for each in claimed] == [rows[1].id, rows[2].id]


def test_a_backlog_of_one_service_leaves_others_their_share():
    busy, quiet = TemplateFactory(), TemplateFactory()
    for _ in range(50):
        NotificationFactory(template=busy, created_at=NOW - timedelta(hours=1))
    few = {waiting(template=quiet).id for _ in range(5)}

    claimed = take(limit=21)

    assert few <= {each.id for each in claimed}
    # Half for each, and for the oldest what cannot be halved.
    assert len(claimed) == 11 + 5


def test_what_is_all_that_is_due_is_taken_whoever_sent_it():
    busy = TemplateFactory()
    for _ in range(8):
        waiting(template=busy)
    waiting(template=TemplateFactory())

    assert len(take(limit=10)) == 9


def test_behind_a_backlog_each_service_is_reached_in_one_round():
    busy = TemplateFactory()
    for _ in range(60):
        NotificationFactory(template=busy, created_at=NOW - timedelta(hours=1))
    quiet = {waiting(template=TemplateFactory()).id for _ in range(30)}

    claims = [{row.id for row in take(limit=10)} for _ in range(4)]

    # A claim walks past nine services, of thirty-one, and goes on where the one before it ended.
    assert [len(claim) for claim in claims[:3]] == [10] * 3
    assert quiet <= set().union(*claims)


def test_services_that_only_wait_for_a_retry_take_nobodys_share():
    for _ in range(10):
        waiting(template=TemplateFactory(), next_attempt_at=NOW + timedelta(minutes=5))
    busy = TemplateFactory()
    for _ in range(12):
        waiting(template=busy)

    assert len(take(limit=10)) == 10


def test_each_lane_has_its_own_messages():
    normal, bulk = waiting(), waiting(lane="bulk")
    priority = waiting(template=TemplateFactory(priority=True))

    assert [each.id for each in take(lane="priority")] == [priority.id]
    assert [each.id for each in take(lane="bulk")] == [bulk.id]
    assert [each.id for each in take()] == [normal.id]


def test_an_email_gets_the_message_id_of_the_attempt_in_both_rows(settings):
    settings.EMAIL_DOMAIN = "notify.test"
    row = waiting(email=True)

    take()

    live, history = live_and_history(row.id)
    assert Notification.objects.get().reference == f"{row.id}.1@notify.test"
    assert live == history


def test_fragments_are_written_to_both_rows():
    row = waiting()
    take()

    count_fragments({row.id: 3})

    live, history = live_and_history(row.id)
    assert Notification.objects.get().billable_units == 3
    assert live == history


def test_fragments_of_a_message_that_was_moved_meanwhile_stay():
    row = waiting(status="delivered", billable_units=2)

    count_fragments({row.id: 3})

    assert Notification.objects.get(id=row.id).billable_units == 2
    assert NotificationHistory.objects.get(id=row.id).billable_units == 2


def test_many_workers_at_once_take_each_row_once(transactional_db):
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from django.db import connection  # noqa: PLC0415

    template = TemplateFactory()
    for _ in range(60):
        waiting(template=template)

    def work(_):
        try:
            return [row.id for row in take(limit=10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        taken = [each for batch in threads.map(work, range(12)) for each in batch]

    taken += [row.id for row in take()]
    assert len(taken) == len(set(taken)) == 60
