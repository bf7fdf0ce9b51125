from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from freezegun import freeze_time

from notifications.callbacks import replay as module
from notifications.callbacks.replay import ReplayRefused, Wanted, replay
from notifications.callbacks.send import send
from notifications.models import CallbackDelivery
from notifications.tests.factories import CallbackDeliveryFactory
from notify_project.models import AuditEvent
from services.tests.factories import ServiceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recorded_tasks")]

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def finished(state="given-up", at=NOON - HOUR, **columns):
    return CallbackDeliveryFactory(
        state=state, created_at=at, finished_at=at, attempts=6, **columns
    )


def waiting():
    return set(CallbackDelivery.objects.filter(state="waiting").values_list("id", flat=True))


def run(*arguments):
    out, errors = StringIO(), StringIO()
    with freeze_time(NOON):
        call_command("replay_callbacks", *arguments, stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


def test_a_finished_row_waits_again_as_if_it_had_never_been_tried():
    row = finished(payload={"id": "1"})

    assert list(replay(Wanted(ids=(row.id,)), actor=None, reason="r", now=NOON)) == [1]

    row.refresh_from_db()
    assert (row.state, row.attempts, row.next_attempt_at, row.finished_at) == (
        "waiting",
        0,
        NOON,
        None,
    )
    assert row.payload == {"id": "1"}


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param(lambda row: {"ids": (row.id,)}, id="id"),
        pytest.param(lambda row: {"service_id": row.service_id}, id="service"),
        pytest.param(
            lambda row: {"since": NOON - 3 * HOUR, "callback_type": "complaint"}, id="type"
        ),
        pytest.param(lambda row: {"since": NOON - 3 * HOUR, "state": "done"}, id="state"),
        pytest.param(lambda row: {"since": NOON - 3 * HOUR, "until": NOON - HOUR}, id="period"),
    ],
)
def test_only_what_is_chosen_is_told_again(choice):
    row = finished("done", callback_type="complaint", at=NOON - 2 * HOUR)
    finished()
    CallbackDeliveryFactory(state="dropped", finished_at=NOON, created_at=NOON)

    assert sum(replay(Wanted(**choice(row)), actor=None, reason="r", now=NOON)) == 1

    assert waiting() == {row.id}


def test_batches_end_though_what_is_told_again_finishes_meanwhile(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    service = ServiceFactory()
    for _ in range(5):
        finished("done", service=service)
    counts = []
    for count in replay(Wanted(service_id=service.id), actor=None, reason="r", now=NOON):
        counts.append(count)
        CallbackDelivery.objects.filter(state="waiting").update(state="done", finished_at=NOON)

    assert counts == [2, 2, 1]


def test_the_audit_log_says_who_what_and_why():
    actor, row = UserFactory(support=True), finished()
    wanted = Wanted(service_id=row.service_id, state="given-up", since=NOON - 2 * HOUR)

    list(replay(wanted, actor=actor, reason="their server was down", now=NOON))

    event = AuditEvent.objects.get(action="replay callbacks")
    assert (event.actor, event.service_id, event.reason) == (
        actor,
        row.service_id,
        "their server was down",
    )
    assert event.after == {
        "count": 1,
        "ids": [],
        "callback_type": None,
        "state": "given-up",
        "since": "2026-06-10T10:00:00.000000Z",
        "until": None,
    }


@pytest.mark.parametrize(
    ("choice", "reason", "words"),
    [
        pytest.param({}, "r", "Say which", id="everything"),
        pytest.param({"state": "done"}, "r", "Say which", id="only a state"),
        pytest.param({"since": NOON, "state": "waiting"}, "r", "told anyway", id="waiting"),
        pytest.param({"since": NOON}, " ", "reason", id="no reason"),
    ],
)
def test_a_careless_replay_is_refused(choice, reason, words):
    with pytest.raises(ReplayRefused, match=words):
        list(replay(Wanted(**choice), actor=None, reason=reason, now=NOON))


def test_the_command_counts_first_and_then_does_it():
    rows = [finished() for _ in range(3)]
    arguments = ["--since", "2026-06-10T00:00:00Z", "--state", "given-up"]

    counted, _ = run(*arguments, "--dry-run")
    before = waiting()
    done, errors = run(*arguments, "--reason", "their server was down")

    assert counted == "3 calls would be made again\n"
    assert before == set()
    assert done == "3 calls so far\n3 calls are made again\n"
    assert errors == ""
    assert waiting() == {row.id for row in rows}


def test_the_command_says_that_older_calls_are_gone():
    _, errors = run("--since", "2026-06-01T00:00:00Z", "--dry-run")

    assert "kept for 7 days" in errors


def test_the_command_says_when_an_id_is_not_there():
    row = finished()

    with pytest.raises(CommandError, match="1 are not there"):
        run("--id", str(row.id), str(ServiceFactory().id), "--reason", "r")

    assert waiting() == {row.id}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--since", "yesterday"], "not a time", id="no time"),
        pytest.param(["--since", "2026-06-10T12:00:00"], "no zone", id="no zone"),
        pytest.param(["--id", "7"], "not an id", id="no id"),
        pytest.param([], "Say which", id="nothing"),
        pytest.param(["--since", "2026-06-10T00:00:00Z"], "Give a reason", id="no reason"),
    ],
)
def test_the_command_refuses_what_it_does_not_understand(arguments, words):
    finished()

    with pytest.raises(CommandError, match=words):
        run(*arguments)

    assert waiting() == set()


@pytest.mark.django_db(transaction=True)
def test_the_frozen_body_is_sent_again_under_the_same_id(listener):
    row = listener.waiting(payload={"status": "delivered"})
    send()
    row.refresh_from_db()
    later = row.finished_at + HOUR

    list(replay(Wanted(ids=(row.id,)), actor=None, reason="they lost it", now=later))
    with freeze_time(later):
        send()

    assert [body for _, _, body in listener.seen] == [{"status": "delivered"}] * 2
    assert len({headers["Webhook-Id"] for _, headers, _ in listener.seen}) == 1
    assert row.attempt_log.count() == 2
