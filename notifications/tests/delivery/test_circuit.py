from datetime import UTC, datetime, timedelta

from notifications.delivery.circuit import (
    CLOSE_AFTER_SUCCESSES,
    OPEN_AFTER_FAILURES,
    PROBE_AFTER_FAILURE,
    PROBE_AFTER_SUCCESS,
    Circuit,
)

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
OPEN = Circuit(OPEN_AFTER_FAILURES, 0, NOW, NOW + PROBE_AFTER_FAILURE)


def failed(circuit, count, *, calls=None, now=NOW):
    return circuit.after(calls=calls or count, failures=count, successes=0, now=now)


def answered(circuit, count, *, calls=None, now=NOW):
    return circuit.after(calls=calls or count, failures=0, successes=count, now=now)


def test_a_single_failure_is_only_counted():
    assert failed(Circuit(), 1) == Circuit(failures=1)


def test_failures_in_a_row_open_it_however_they_are_spread():
    circuit = Circuit()
    for _ in range(OPEN_AFTER_FAILURES):
        circuit = failed(circuit, 1)

    assert circuit == failed(Circuit(), OPEN_AFTER_FAILURES) == OPEN


def test_a_success_between_begins_the_row_again():
    circuit = failed(Circuit(), OPEN_AFTER_FAILURES - 1)

    assert answered(circuit, 1) == Circuit()
    assert failed(circuit, 2, calls=5) == Circuit(failures=2)


def test_a_probe_is_due_after_a_while():
    assert not OPEN.is_probe_due(NOW)
    assert OPEN.is_probe_due(NOW + PROBE_AFTER_FAILURE)
    assert not Circuit().is_probe_due(LATER)


def test_a_probe_that_fails_puts_the_next_off():
    circuit = failed(OPEN, 1, now=LATER)

    assert (circuit.opened_at, circuit.probe_at) == (NOW, LATER + PROBE_AFTER_FAILURE)


def test_a_probe_that_is_answered_brings_the_next_near():
    circuit = answered(OPEN, 1, now=LATER)

    assert circuit.is_open
    assert (circuit.successes, circuit.probe_at) == (1, LATER + PROBE_AFTER_SUCCESS)


def test_probes_that_are_answered_in_a_row_close_it():
    circuit = OPEN
    for _ in range(CLOSE_AFTER_SUCCESSES):
        assert circuit.is_open
        circuit = answered(circuit, 1, now=LATER)

    assert circuit == Circuit()


def test_half_open_a_failure_begins_the_row_again():
    circuit = failed(answered(OPEN, CLOSE_AFTER_SUCCESSES - 1), 1)

    assert (circuit.is_open, circuit.successes) == (True, 0)
