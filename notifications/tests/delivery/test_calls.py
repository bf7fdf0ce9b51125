"""What each answer of a provider means; no database."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

import pytest
from freezegun import freeze_time

from notifications.delivery.calls import Call, Result, call
from notifications.lifecycle.held import Held, memory
from notifications.providers.base import (
    OutcomeUnknown,
    Provider,
    RecipientRefused,
    RequestRefused,
    SmsMessage,
    Throttled,
    Unavailable,
)
from notifications.providers.registry import PROVIDERS
from notifications.statuses import Status

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
NOTHING_HELD = Held()
PROVIDER_ID = uuid.uuid4()
MESSAGE = SmsMessage("id", "447700900123", "your code is 1234", "NOTIFY", international=False)


@pytest.fixture
def outcome_of(monkeypatch):
    """Return a function that makes a call with a provider that does as it is told."""

    def make(behaviour, *, attempt=1, age=timedelta(0), lease_seconds=100, held=NOTHING_HELD):
        class Told(Provider[SmsMessage]):
            name = "told"

            def send(self, message):
                return behaviour()

        monkeypatch.setitem(PROVIDERS, "told", Told)
        ready = Call(
            notification_id=uuid.uuid4(),
            notification_type="sms",
            service_id=uuid.uuid4(),
            template_id=uuid.uuid4(),
            lane="normal",
            attempt=attempt,
            created_at=NOW - age,
            provider_id=PROVIDER_ID,
            identifier="told",
            status=Status.SENDING,
            message=MESSAGE,
        )
        finished = SimpleQueue()
        with freeze_time(NOW):
            memory.take(held, time.monotonic())
            call(ready, time.monotonic() + lease_seconds, finished)
        return finished.get_nowait()

    return make


def raising(error):
    def behaviour():
        raise error

    return behaviour


def test_an_accepted_message_is_sent_by_that_provider_now(outcome_of):
    outcome = outcome_of(lambda: "their-id").outcome

    assert (outcome.status, outcome.accepted) == (Status.SENDING, True)
    assert (outcome.sent_by, outcome.sent_at, outcome.reference) == ("told", NOW, "their-id")


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (RecipientRefused("550"), Status.PERMANENT_FAILURE, "recipient-refused"),
        (RequestRefused("400"), Status.TECHNICAL_FAILURE, "provider-rejected"),
    ],
)
def test_a_refusal_is_final_at_the_first_attempt(outcome_of, error, status, reason):
    outcome = outcome_of(raising(error)).outcome

    assert (outcome.status, outcome.failure_reason) == (status, reason)
    assert (outcome.accepted, outcome.next_attempt_at) == (False, None)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(Unavailable("503"), 0), (OutcomeUnknown("ReadTimeout"), 60), (ValueError("a bug"), 60)],
)
def test_a_text_that_may_not_have_arrived_is_tried_again(outcome_of, error, seconds):
    finished = outcome_of(raising(error))

    assert finished.outcome.status is None
    assert finished.outcome.next_attempt_at == NOW + timedelta(seconds=seconds)
    assert finished.outcome.attempts_given_back == 0
    assert finished.outcome.failed_provider == "told"


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (lambda: "their-id", Result.ANSWERED),
        (raising(RecipientRefused("550")), Result.ANSWERED),
        (raising(RequestRefused("400")), Result.ANSWERED),
        (raising(Unavailable("503")), Result.FAILED),
        (raising(Throttled("429")), Result.THROTTLED),
        (raising(OutcomeUnknown("ReadTimeout")), Result.UNKNOWN),
        (raising(ValueError("a bug")), Result.UNKNOWN),
    ],
    ids=["accepted", "recipient", "request", "unavailable", "throttled", "unknown", "bug"],
)
def test_a_call_says_whether_the_provider_answered(outcome_of, behaviour, result):
    made = outcome_of(behaviour).made

    assert (made.provider_id, made.result) == (PROVIDER_ID, result)
    assert made.seconds >= 0


def test_unknown_outcomes_are_told_from_failures_in_the_log(outcome_of, caplog):
    outcome_of(raising(OutcomeUnknown("ReadTimeout")))
    outcome_of(raising(Unavailable("503")))

    assert [line.rpartition(" ")[2] for line in caplog.messages] == [
        "ambiguous=true",
        "ambiguous=false",
    ]


def test_throttling_costs_no_attempt(outcome_of):
    outcome = outcome_of(raising(Throttled("429")), attempt=49).outcome

    assert (outcome.status, outcome.attempts_given_back) == (None, 1)
    assert timedelta(seconds=5) <= outcome.next_attempt_at - NOW <= timedelta(seconds=30)


def test_an_old_message_that_is_throttled_spends_attempts_and_is_not_given_up_at_once(outcome_of):
    first = outcome_of(raising(Throttled("429")), attempt=2, age=timedelta(hours=5)).outcome
    last = outcome_of(raising(Throttled("429")), attempt=49, age=timedelta(hours=5)).outcome

    assert (first.status, first.attempts_given_back) == (None, 0)
    assert first.next_attempt_at == NOW + timedelta(seconds=300)
    assert (last.status, last.failure_reason) == (Status.TECHNICAL_FAILURE, "max-retries")


def test_a_call_that_its_lease_does_not_cover_is_given_back_unmade(outcome_of):
    finished = outcome_of(raising(AssertionError("called")), lease_seconds=19)

    outcome = finished.outcome
    assert finished.made is None
    assert (outcome.status, outcome.attempts_given_back) == (None, 1)
    assert outcome.next_attempt_at == NOW


def test_nothing_of_a_message_reaches_the_log(outcome_of, caplog):
    outcome_of(raising(ValueError("447700900123 your code is 1234")))

    assert "ValueError" in caplog.text
    assert "447700900123" not in caplog.text
    assert "1234" not in caplog.text
