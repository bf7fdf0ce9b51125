import logging
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connections
from freezegun import freeze_time

from notifications.delivery import health
from notifications.delivery.calls import Made, Result
from notifications.delivery.circuit import OPEN_AFTER_FAILURES, PROBE_AFTER_FAILURE
from notifications.delivery.health import Tallies, claim_probe, delete_old_figures
from notifications.models import ProviderDetails, ProviderFigures, ProviderHealth
from notifications.tests.factories import ProviderDetailsFactory
from notify_project.models import AuditEvent

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 12, 0, 7, tzinfo=UTC)
COLUMNS = "calls", "errors", "unknown", "seconds"


@pytest.fixture
def provider():
    return ProviderDetailsFactory(identifier="mmg")


def write(*results, provider_id, at=NOW):
    tallies = Tallies()
    for result in results:
        tallies.add(Made(provider_id, result, 0.5))
    with freeze_time(at):
        tallies.write()


def figures():
    return list(ProviderFigures.objects.order_by("at").values_list(*COLUMNS))


def test_what_failed_is_counted_apart_from_what_nobody_knows(provider):
    write(Result.ANSWERED, Result.FAILED, Result.UNKNOWN, Result.UNKNOWN, provider_id=provider.id)

    assert figures() == [(4, 1, 2, 2.0)]


def test_figures_of_the_same_ten_seconds_add_up(provider):
    for second in (0, 9, 10):
        at = NOW.replace(second=second)
        write(Result.ANSWERED, provider_id=provider.id, at=at)

    assert figures() == [(2, 0, 0, 1.0), (1, 0, 0, 0.5)]


def test_figures_are_written_once_a_second():
    tallies = Tallies()
    tallies.add(Made(ProviderDetailsFactory().id, Result.ANSWERED, 0.1))

    tallies.write_in_time()
    assert figures() == []

    tallies._write_at = 0
    tallies.write_in_time()
    assert len(figures()) == 1


def test_figures_of_a_provider_that_is_gone_are_dropped():
    write(Result.ANSWERED, provider_id=uuid.uuid4())

    assert figures() == []
    assert not ProviderHealth.objects.exists()


def test_figures_that_cannot_be_written_stop_nobody(provider, monkeypatch, caplog):
    def away(counted, now):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(health, "_add_figures", away)

    write(Result.ANSWERED, provider_id=provider.id)

    assert "figures of providers are lost: OperationalError" in caplog.text


def test_failures_in_a_row_over_many_processes_open_the_circuit_and_leave_a_trace(provider, caplog):
    for _ in range(OPEN_AFTER_FAILURES - 1):
        write(Result.FAILED, provider_id=provider.id)
    assert ProviderHealth.objects.get().opened_at is None

    write(Result.UNKNOWN, provider_id=provider.id)

    assert ProviderHealth.objects.get().opened_at == NOW
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_kind) == ("stop using a failing provider", "system")
    assert event.reason == "10 calls failed in a row"
    assert [r.levelno for r in caplog.records] == [logging.ERROR]


def test_too_many_messages_at_once_are_errors_and_no_sign_of_a_provider_that_fails(provider):
    nine = [Result.FAILED] * (OPEN_AFTER_FAILURES - 1)
    write(*[Result.THROTTLED] * 100, provider_id=provider.id)
    write(*nine, *[Result.THROTTLED] * 5, provider_id=provider.id)

    assert figures() == [(114, 114, 0, 57.0)]
    row = ProviderHealth.objects.get()
    assert (row.failures, row.opened_at) == (OPEN_AFTER_FAILURES - 1, None)

    write(Result.FAILED, provider_id=provider.id)
    row.refresh_from_db()
    assert row.opened_at == NOW


def test_probes_that_are_answered_close_it_and_leave_a_trace(provider):
    ProviderHealth.objects.create(provider=provider, opened_at=NOW, probe_at=NOW)

    for _ in range(3):
        write(Result.ANSWERED, provider_id=provider.id)

    row = ProviderHealth.objects.get()
    assert (row.opened_at, row.probe_at, row.failures, row.successes) == (None, None, 0, 0)
    assert AuditEvent.objects.get().action == "use a provider again"


def test_no_weight_and_no_version_changes_with_the_circuit(provider):
    write(*[Result.FAILED] * 100, provider_id=provider.id)

    after = ProviderDetails.objects.get(id=provider.id)
    assert (after.priority, after.version) == (provider.priority, provider.version)


def test_a_turn_to_probe_is_taken_once(provider):
    ProviderHealth.objects.create(provider=provider, opened_at=NOW, probe_at=NOW)

    assert claim_probe(provider, NOW)
    assert not claim_probe(provider, NOW)
    assert claim_probe(provider, NOW + PROBE_AFTER_FAILURE)


def test_old_figures_are_deleted(provider):
    for days in (6, 8):
        write(Result.ANSWERED, provider_id=provider.id, at=NOW - timedelta(days=days))

    assert delete_old_figures(NOW) == 1
    assert len(figures()) == 1


def in_threads(count, work):
    def run(number):
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_many_processes_count_together_and_open_a_circuit_once():
    ids = [ProviderDetailsFactory(identifier=name).id for name in ("mmg", "firetext", "twilio")]

    def work(number):
        for _ in range(10):
            tallies = Tallies()
            # Each in another order: nobody may wait for somebody who waits.
            for key in ids[number % 3 :] + ids[: number % 3]:
                tallies.add(Made(key, Result.FAILED, 0.1))
            tallies.write()

    in_threads(6, work)

    assert [
        sum(ProviderFigures.objects.filter(provider=key).values_list("calls", flat=True))
        for key in ids
    ] == [60, 60, 60]
    assert ProviderHealth.objects.filter(opened_at__isnull=False).count() == 3
    assert AuditEvent.objects.filter(action="stop using a failing provider").count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_that_want_to_probe_at_once_one_may():
    provider = ProviderDetailsFactory(identifier="mmg")
    ProviderHealth.objects.create(provider=provider, opened_at=NOW, probe_at=NOW)

    assert sum(in_threads(6, lambda number: claim_probe(provider, NOW))) == 1
