"""The accounts decide whether the platform passes, so they must find every kind of wrong."""

import json

import pytest

from notify_project.tests.torture import report
from notify_project.tests.torture.ledger import (
    Answer,
    Event,
    Said,
    Seen,
    Stored,
    Told,
    compare,
)
from notify_project.tests.torture.runner import Row

PATIENCE = 2.0
TOLD = Told("r1", "normal", 100.0, Answer.ACCEPTED, "one")
ROW = Stored("one", "r1", "normal", "delivered", 1)


def seen(at, said=Said.OK, *, answered_at=None, message="one"):
    taken = said in (Said.OK, Said.CUT, Said.GARBAGE)
    return Seen(message, at, said, answered_at or at, taken)


def judged(requests, *, told=(TOLD,), rows=(ROW,), events=()):
    return compare(told, requests, rows, events, patience=PATIENCE)


def killed(at, lane="normal"):
    return Event("kill -9", lane, at, at, frozenset({lane}))


def test_a_message_that_was_accepted_sent_and_delivered_is_good():
    verdict = judged([seen(101)])

    assert (verdict.messages, verdict.is_good) == (1, True)


def test_a_message_that_is_nowhere_is_lost():
    verdict = judged([], rows=())

    assert [(each.id, each.why) for each in verdict.lost] == [("one", "accepted, and not stored")]
    assert not verdict.is_good


@pytest.mark.parametrize("said", [Said.ERROR, Said.HUNG, Said.NONE])
def test_a_message_that_is_called_delivered_and_that_nobody_took_is_lost(said):
    [lost] = judged([seen(101, said)]).lost

    assert lost.why == "delivered, and no provider has it"


def test_a_failure_that_the_provider_asked_for_is_no_loss():
    failed = Stored("one", "r1", "normal", "technical-failure", 3, "provider-rejected")

    assert judged([seen(101, Said.ERROR)], rows=[failed]).is_good


@pytest.mark.parametrize("reason", ["max-retries", "expired", None])
def test_a_message_that_the_platform_gave_up_is_no_loss_and_wrong(reason):
    failed = Stored("one", "r1", "normal", "technical-failure", 3, reason)

    verdict = judged([seen(101, Said.ERROR)], rows=[failed])

    assert verdict.lost == []
    assert [(each.id, each.why) for each in verdict.given_up] == [("one", f"{reason}, 3 attempts")]
    assert not verdict.is_good


def test_a_simulated_message_needs_no_provider():
    simulated = Stored("one", "r1", "research-mode", "delivered", 1)

    assert judged([], rows=[simulated]).is_good


@pytest.mark.parametrize("status", ["created", "sending", "pending"])
def test_a_message_without_an_outcome_is_not_final(status):
    verdict = judged([seen(101)], rows=[Stored("one", "r1", "normal", status)])

    assert [each.id for each in verdict.not_final] == ["one"]
    assert not verdict.is_good


def test_two_plain_hand_overs_are_one_too_many():
    verdict = judged([seen(101), seen(130)])

    assert [each.why for each in verdict.sent_twice] == ["29.0 s after an answer of ok (normal)"]
    assert not verdict.is_good


def test_a_message_that_no_client_was_told_of_must_not_be_sent_twice_either():
    told = Told("r1", "normal", 100.0, Answer.NONE)

    verdict = judged([seen(101), seen(130)], told=[told])

    assert (verdict.messages, verdict.unknown, len(verdict.sent_twice)) == (0, 1, 1)


def test_a_second_attempt_after_a_plain_error_is_no_repetition():
    verdict = judged([seen(101, Said.ERROR), seen(102)])

    assert (verdict.is_good, verdict.allowed_twice) == (True, {})


@pytest.mark.parametrize(
    ("said", "gap", "allowed"),
    [
        (Said.CUT, 0.5, True),
        (Said.GARBAGE, 0.5, True),
        (Said.HUNG, PATIENCE, True),
        (Said.HUNG, PATIENCE / 2, False),
        (Said.NONE, PATIENCE, True),
        (Said.NONE, PATIENCE / 2, False),
    ],
)
def test_an_answer_that_was_not_plain_is_an_excuse(said, gap, allowed):
    verdict = judged([seen(101, said), seen(101 + gap)])

    assert (sum(verdict.allowed_twice.values()), len(verdict.sent_twice)) == (
        (1, 0) if allowed else (0, 1)
    )


def test_the_death_of_the_worker_between_answer_and_record_is_an_excuse():
    verdict = judged([seen(101), seen(130)], events=[killed(101.5)])

    assert (verdict.is_good, verdict.allowed_twice) == (True, {"kill -9": 1})


@pytest.mark.parametrize(
    "event",
    [
        killed(100.0),  # before it was handed over
        killed(115.0),  # long after its outcome was written
        killed(131.0),  # after the second hand-over
        killed(101.5, "priority"),  # another worker
        Event("Redis flushed", "redis", 101.5, 101.5),  # changes no outcome
    ],
)
def test_other_events_are_none(event):
    assert len(judged([seen(101), seen(130)], events=[event]).sent_twice) == 1


def test_a_database_that_is_away_for_long_excuses_what_was_answered_meanwhile():
    away = Event("database away", "postgresql", 95.0, 125.0, frozenset({"normal"}))

    assert judged([seen(101), seen(130)], events=[away]).allowed_twice == {"database away": 1}
    assert judged([seen(126), seen(150)], events=[away]).sent_twice


def test_a_third_hand_over_needs_an_excuse_of_its_own():
    verdict = judged([seen(101), seen(130), seen(160)], events=[killed(101.5)])

    assert (verdict.allowed_twice, len(verdict.sent_twice)) == ({"kill -9": 1}, 1)


def test_history_that_differs_is_wrong():
    verdict = judged(
        [seen(101)], rows=[Stored("one", "r1", "normal", "delivered", same_history=False)]
    )

    assert (verdict.unequal, verdict.is_good) == (["one"], False)


def test_the_report_shows_what_is_wrong():
    verdict = judged([seen(101), seen(130), seen(160)], events=[killed(101.5)])
    row = Row("a fault", "servers", verdict, 5.0, None, 0.1, complaints=["something else"])

    text = report.as_markdown([row])
    [stored] = json.loads(report.as_json([row]))

    [line] = [line for line in text.splitlines() if line.startswith("| a fault")]
    assert line.replace(" ", "") == "|afault|1|0|1|1|0|0|never|"
    assert "- a fault: 1 again, because: kill -9" in text
    assert "- a fault: sent twice: one 30.0 s after an answer of ok (normal)" in text
    assert "- a fault: something else" in text
    assert (stored["good"], stored["verdict"]["allowed_twice"]) == (False, {"kill -9": 1})
