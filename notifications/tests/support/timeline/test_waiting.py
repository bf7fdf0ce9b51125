"""One sentence says where a message is, and it is right."""

from datetime import timedelta

import pytest

from notifications.lifecycle.holding import HELD_UNTIL
from notifications.models import (
    DeliveryEvent,
    FailingEndpoint,
    LetterPrintBatch,
    LetterPrintEntry,
    Notification,
    ProviderDetails,
    ProviderHealth,
)
from notifications.support.timeline.facts import find_message
from notifications.support.timeline.story import story_of
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    NotificationFactory,
    ProviderDetailsFactory,
)
from notify_project import clock
from notify_project.clock import london_words
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def mmg():
    return ProviderDetailsFactory(identifier="mmg")


def why(row):
    return story_of(find_message(row.id)).why


def switch_off():
    ProviderDetails.objects.filter(notification_type="sms").update(active=False)


def test_what_is_due_waits_for_its_lane_with_what_is_before_it():
    for age in (3, 2):
        NotificationFactory(created_at=clock.now() - age * MINUTE)
    NotificationFactory(created_at=clock.now() - 3 * MINUTE, lane="priority")
    NotificationFactory(created_at=clock.now())

    answer = why(NotificationFactory(created_at=clock.now() - MINUTE))

    assert answer.sentence == (
        "It has waited 1 min for a worker of the lane normal; 2 are before it."
    )
    assert answer.tone == "plain"


def test_what_waits_too_long_is_worth_a_look():
    answer = why(NotificationFactory(created_at=clock.now() - 20 * MINUTE))

    assert "nothing is before it" in answer.sentence
    assert "see that workers of this lane run" in answer.advice


def test_a_retry_says_when_and_after_what():
    at = clock.now() + 2 * MINUTE
    row = NotificationFactory(delivery_attempts=1, next_attempt_at=at, failed_provider="mmg")
    DeliveryEvent.objects.create(
        notification_id=row.id, at=clock.now(), kind="attempt", attempt=1, provider="mmg",
        outcome="not-taken", code="503", is_applied=True,
    )  # fmt: skip

    sentence = why(row).sentence

    assert f"It is tried again on {london_words(at)}, because mmg did not take it" in sentence
    assert "(503)" in sentence
    assert "48 are left" in sentence


def test_a_retry_from_before_answers_were_kept_names_its_provider():
    row = NotificationFactory(next_attempt_at=clock.now() + MINUTE, failed_provider="mmg")

    assert "because mmg failed" in why(row).sentence


def test_a_lease_a_pause_and_an_archived_service_are_told_apart():
    leased = NotificationFactory(claimed_until=clock.now() + MINUTE, delivery_attempts=2)
    paused = NotificationFactory(next_attempt_at=HELD_UNTIL)
    held = NotificationFactory(next_attempt_at=HELD_UNTIL - timedelta(days=700))
    archived = NotificationFactory(template=TemplateFactory(service=ServiceFactory(archived=True)))
    left = NotificationFactory(claimed_until=clock.now() - MINUTE, delivery_attempts=1)

    assert "attempt 2 is under way" in why(leased).sentence
    assert "its job is paused" in why(paused).sentence
    assert why(held).sentence == "It is held back."
    assert "Its service is archived" in why(archived).sentence
    assert "never said what came of it; it may have been sent" in why(left).sentence


def test_nobody_to_send_it_is_said():
    row = NotificationFactory()
    switch_off()

    assert "No provider of this channel is switched on" in why(row).sentence


def test_providers_that_do_not_answer_are_named(mmg):
    switch_off()
    ProviderDetails.objects.filter(id=mmg.id).update(active=True)
    opened = clock.now() - 5 * MINUTE
    ProviderHealth.objects.create(provider=mmg, failures=10, opened_at=opened, probe_at=opened)

    answer = why(NotificationFactory())

    assert f"No provider answers: mmg fails since {london_words(opened)}" in answer.sentence
    assert answer.tone == "bad"


@pytest.mark.parametrize(
    ("status", "ago", "words", "tone"),
    [
        ("sending", MINUTE, "mmg has it; its receipt has been awaited for 1 min", "plain"),
        ("pending", timedelta(hours=5), "mmg has accepted it and holds it", "warning"),
    ],
)
def test_what_was_handed_over_waits_for_a_receipt_and_not_for_ever(status, ago, words, tone):
    then = clock.now() - ago
    row = NotificationFactory(status=status, sent_by="mmg", created_at=then, sent_at=then)

    answer = why(row)

    assert words in answer.sentence
    assert "Without one it becomes a temporary failure on" in answer.sentence
    assert answer.tone == tone


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        ("delivered", None, "after it was accepted."),
        ("temporary-failure", None, "the phone was off or the mailbox full"),
        ("permanent-failure", "recipient-refused", "there is no such recipient"),
        ("permanent-failure", "suppressed-complained", "called an earlier email spam"),
        ("technical-failure", "max-retries", "every attempt failed"),
        ("technical-failure", "expired", "no provider had taken it after three days"),
        ("technical-failure", "erased", "it was erased before it was sent"),
        ("validation-failed", "Missing: name", "missing: name"),
    ],
)
def test_an_outcome_says_why_and_what_to_do(status, reason, words):
    row = NotificationFactory(status=status, failure_reason=reason, updated_at=clock.now())

    answer = why(row)

    assert words in answer.sentence
    assert bool(answer.advice) == (status != "delivered")


def letter(**values):
    return NotificationFactory(letter=True, **values)


def test_a_letter_says_which_step_it_waits_for():
    unchecked = letter(status="pending-virus-check")
    no_pages = letter()
    ready = letter(billable_units=1)
    missed = letter(billable_units=1, created_at=clock.now() - timedelta(days=2))
    printed = letter(status="sending", sent_by="dvla", sent_at=clock.now(), billable_units=1)
    test = letter(status="sending", is_real=False, key_type="test")

    assert "s for its virus check" in why(unchecked).sentence
    assert "for a worker to make its pages" in why(no_pages).sentence
    assert "It waits for its print run: " in why(ready).sentence
    assert "the next run takes it" in why(missed).sentence
    assert "dvla has it since" in why(printed).sentence
    assert "It is a test" in why(test).sentence


@pytest.mark.parametrize(
    ("state", "words"),
    [("planned", "is being handed over to dvla"), ("unclear", "a person must decide")],
)
def test_a_letter_in_a_batch_says_how_that_stands(state, words):
    row = letter(billable_units=1)
    batch = LetterPrintBatch.objects.create(
        provider="dvla", print_day=clock.london_today(), letter_count=1, sheet_count=1, state=state
    )
    LetterPrintEntry.objects.create(batch=batch, notification_id=row.id, reference=row.reference)

    assert words in why(row).sentence


def test_a_service_that_is_not_told_yet_is_said_beside_it():
    row = NotificationFactory(status="delivered", updated_at=clock.now())
    again = clock.now() + 4 * MINUTE
    CallbackDeliveryFactory(
        service=row.service, subject_id=row.id, last_response_code=502, next_attempt_at=again
    )
    [before] = why(row).further
    FailingEndpoint.objects.create(
        service=row.service, callback_type="delivery_status", failures=3, last_error="ReadTimeout",
        first_failed_at=clock.now(), last_failed_at=clock.now(),
    )  # fmt: skip
    [after] = why(row).further

    assert "its last answer was 502" in before
    assert "its endpoint fails since" in after
    assert f"tried again on {london_words(again)}" in after


def test_what_history_alone_knows_says_that_the_rest_is_deleted():
    row = NotificationFactory(
        template=TemplateFactory(), status="delivered", updated_at=clock.now()
    )
    Notification.objects.filter(id=row.id).delete()

    assert "Its time was over after 7 days" in why(row).sentence
