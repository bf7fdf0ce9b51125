"""Cancelling letters: until their printing begins, and never what the printer may have."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from freezegun import freeze_time

from notifications import lifecycle
from notifications.letters import files as letter_files
from notifications.letters.cancel import cancel_letter
from notifications.letters.download import readable_pdf
from notifications.models import LetterPrintBatch, LetterPrintEntry, Notification
from notifications.statuses import Status
from notifications.tests.factories import NotificationFactory
from notifications.tests.lifecycle.rows import live_and_history
from notify_project import clock
from notify_project.api.errors import BadRequest, NoResultFound
from notify_project.clock import LONDON
from notify_project.models import AuditEvent
from notify_project.redis_connection import redis_connection
from notify_project.storage import Area, names
from services.day_counters import day_counter
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.tests.factories import TemplateFactory

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def letter(**values):
    values = {"letter": True, "created_at": NOON, "billable_units": 2, **values}
    return NotificationFactory(**values)


def cancel(row, at=NOON + timedelta(minutes=1), **options):
    with freeze_time(at):
        cancel_letter(row.service_id, row.id, **options)


def refusal_of(row, at=NOON + timedelta(minutes=1)):
    before = Notification.objects.values().get(id=row.id)
    with pytest.raises(BadRequest) as refused:
        cancel(row, at)
    assert Notification.objects.values().get(id=row.id) == before
    assert not AuditEvent.objects.exists()
    return refused.value.message


def in_batch(row, state):
    batch = LetterPrintBatch.objects.create(
        provider="dvla", print_day="2026-03-05", letter_count=1, sheet_count=2, state=state
    )
    LetterPrintEntry.objects.create(batch=batch, notification_id=row.id, reference=row.reference)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["created", "pending-virus-check"])
def test_a_letter_is_cancelled_in_both_tables_and_costs_nothing(files, status):
    actor = UserFactory()
    row = letter(status=status, next_attempt_at=NOON + timedelta(minutes=5))

    cancel(row, actor=actor, reason="wrong address")

    row.refresh_from_db()
    live, history = live_and_history(row.id)
    assert live == history
    assert (row.status, row.billable_units) == ("cancelled", 0)
    assert (row.updated_at, row.next_attempt_at) == (NOON + timedelta(minutes=1), None)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.reason) == (
        "cancel letter",
        actor.id,
        "wrong address",
    )
    assert (event.before, event.after) == ({"status": status}, {"status": "cancelled"})


@pytest.mark.django_db
def test_its_pages_can_still_be_read_and_what_nobody_checked_is_removed(files):
    made, unchecked = letter(), letter(status="pending-virus-check")
    letter_files.store_pdf(made, b"%PDF")
    letter_files.store_for_scan(
        reference=unchecked.reference, postage="second", created_at=NOON, pdf=b"%PDF"
    )

    for row in (made, unchecked):
        cancel(row)
        row.refresh_from_db()

    assert readable_pdf(made) == b"%PDF"
    assert names(Area.LETTERS, "scan") == []
    with pytest.raises(BadRequest, match="PDF not available for letters in status cancelled"):
        readable_pdf(unchecked)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "day",
    [date(2026, 7, 2), date(2026, 1, 10), date(2026, 3, 29), date(2026, 10, 25)],
    ids=["summer", "winter", "clocks forward", "clocks back"],
)
def test_until_half_past_five_in_london_of_its_print_day(files, day):
    half_past_five, evening_before = (
        datetime(each.year, each.month, each.day, 17, 30, tzinfo=LONDON).astimezone(UTC)
        for each in (day, day - timedelta(days=1))
    )
    second = timedelta(seconds=1)
    early, late = letter(created_at=evening_before), letter(created_at=half_past_five - second)
    of_tomorrow = letter(created_at=half_past_five)

    for row in (early, late):
        words = refusal_of(row, half_past_five)
        assert words.endswith(f"printing started on {day:%-d %B %Y} at 5.30pm")
    for row in (early, late, of_tomorrow):
        cancel(row, half_past_five - second / 1000)

    assert set(Notification.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"letter": False, "billable_units": 0}, "only letters can be cancelled"),
        ({"status": "cancelled"}, "already been cancelled"),
        ({"status": "sending"}, "being printed"),
        ({"status": "delivered"}, "being printed"),
        ({"status": "returned-letter"}, "being printed"),
        ({"status": "validation-failed"}, "that is validation-failed is not printed"),
        ({"status": "virus-scan-failed"}, "is not printed"),
        ({"status": "technical-failure"}, "is not printed"),
        ({"status": "permanent-failure"}, "is not printed"),
        ({"claimed_until": NOON + timedelta(minutes=2)}, "being printed"),
    ],
    ids=str,
)
def test_what_cannot_be_cancelled_is_told_why_and_stays(values, words):
    assert words in refusal_of(letter(**values))


@pytest.mark.django_db
@pytest.mark.parametrize("state", LetterPrintBatch.State.values)
def test_what_the_printer_may_have_is_not_cancelled(state):
    row = letter()
    in_batch(row, state)

    # With an older batch that is handed over, it was sent again.
    if state not in {"uploading", "unclear"}:
        cancel(row)
    else:
        assert "being printed" in refusal_of(row)


@pytest.mark.django_db
def test_whose_pages_are_just_being_made_or_whose_claim_is_over_can_be_cancelled(files):
    rows = [
        letter(billable_units=0, claimed_until=NOON + timedelta(minutes=2)),
        letter(status="pending-virus-check", billable_units=0, claimed_until=NOON + timedelta(1)),
        letter(claimed_until=NOON),
    ]

    for row in rows:
        cancel(row)

    assert set(Notification.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.django_db
def test_the_letter_of_another_service_is_not_there():
    row = letter()

    for service_id, letter_id in ((ServiceFactory().id, row.id), (row.service_id, uuid.uuid4())):
        with pytest.raises(NoResultFound):
            cancel_letter(service_id, letter_id)

    assert live_and_history(row.id)[0] == live_and_history(row.id)[1]


@pytest.mark.redis
@pytest.mark.django_db
def test_the_daily_limit_gets_back_what_was_accepted_today(files, redis):
    midnight = NOON.replace(hour=0)
    of_today = [letter(created_at=midnight), letter(created_at=NOON)]
    template = TemplateFactory(letter=True, service=of_today[0].service)
    # Accepted before midnight, after half past five.
    others = [
        letter(template=template, created_at=midnight - timedelta(microseconds=1)),
        letter(template=template, research=True, status="pending-virus-check", created_at=NOON),
    ]
    key = day_counter(template.service_id, "letter", NOON)
    redis_connection().set(key, 5, ex=1000)

    for row in (of_today[0], *others):
        cancel(row)
    cancel(of_today[1])

    assert redis_connection().get(key) == b"4"
    assert 990 < redis_connection().ttl(key) <= 1000
    assert not redis_connection().exists(day_counter(of_today[1].service_id, "letter", NOON))


@pytest.mark.redis
@pytest.mark.django_db
def test_the_daily_limit_does_not_fall_below_nothing(files, redis):
    row = letter()
    key = day_counter(row.service_id, "letter", NOON)
    redis_connection().set(key, 0, ex=1000)

    cancel(row)

    assert redis_connection().get(key) == b"0"


@pytest.mark.django_db
def test_without_redis_a_letter_is_cancelled_all_the_same(files, settings, caplog):
    settings.REDIS_ENABLED = False
    row = letter()

    cancel(row)

    assert Notification.objects.get().status == "cancelled"
    assert "not given back 1 of a daily limit" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_hundred_times_either_cancelling_wins_or_the_print_run(files):
    template = TemplateFactory(letter=True)
    rows = [letter(template=template, created_at=clock.now()) for _ in range(100)]
    together = threading.Barrier(2)

    def cancel_each():
        return each(lambda row: lifecycle.cancel_letter(row.id, now=clock.now()))

    def hand_over_each():
        return each(hand_over)

    def hand_over(row):
        now = clock.now()
        lease = now + timedelta(minutes=3)
        taken = lifecycle.claim_letters_to_print([row.id], now=now, lease_until=lease)
        outcomes = [
            lifecycle.Outcome(
                each.id, each.delivery_attempts, Status.SENDING, accepted=True, sent_at=now
            )
            for each in taken
        ]
        return lifecycle.record_outcomes(outcomes, now=now)

    def each(do):
        done = set()
        try:
            for row in rows:
                together.wait(timeout=30)
                if do(row):
                    done.add(row.id)
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        cancelled, sent = (
            done.result(timeout=60)
            for done in [pool.submit(cancel_each), pool.submit(hand_over_each)]
        )

    stands = dict(Notification.objects.values_list("id", "status"))
    assert {key for key, status in stands.items() if status == "cancelled"} == cancelled
    assert {key for key, status in stands.items() if status == "sending"} == sent
    assert cancelled.isdisjoint(sent)
    assert len(cancelled | sent) == len(rows)
    assert all(live == history for live, history in map(live_and_history, stands))
