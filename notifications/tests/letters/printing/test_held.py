"""Letters that are held: in no print run, and taken out of one that has not left."""

import pytest

from notifications.letters.printing.batches import has_due_batch
from notifications.models import Hold
from notifications.support.holding import hold, release
from notifications.tests.letters.printing.world import (
    a_template,
    hand_over,
    plan,
    ready,
    run,
    states,
    status_of,
    switch_on,
)
from notify_project import clock

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"actor": None, "reason": "wrong address block"}


@pytest.fixture(autouse=True)
def _switched_on(transactional_db):
    switch_on()


@pytest.mark.parametrize("kind", ["service", "template"])
def test_a_held_letter_is_in_no_print_run_until_it_is_released(kind, printer, recorded_tasks):
    row, other = ready(), ready()
    key = str(row.service_id if kind == "service" else row.template_id)
    hold(kind, key, **WHY)

    run()
    waits = status_of(row)
    release(kind, key, **WHY)
    run()

    assert (waits, status_of(other), status_of(row)) == ("created", "sending", "sending")
    assert sorted(printer.ids) == sorted([str(row.id), str(other.id)])


def test_a_letter_that_is_held_after_its_planning_is_left_for_the_run_after_the_release(
    printer, recorded_tasks
):
    row, other = ready(), ready()
    plan()
    hold("service", str(row.service_id), **WHY)

    hand_over()
    waits = (status_of(row), row.delivery_attempts, states())
    release("service", str(row.service_id), **WHY)
    run()

    assert waits == ("created", 0, ["uploaded"])
    assert (status_of(other), status_of(row)) == ("sending", "sending")
    assert len(printer.ids) == 2


def test_what_is_planned_for_a_held_printer_waits_for_it(printer, recorded_tasks):
    row = ready(a_template())
    hold("provider", "dvla", **WHY)

    run()
    waits = (status_of(row), states(), has_due_batch(clock.now()))
    release("provider", "dvla", **WHY)
    hand_over()

    assert waits == ("created", ["planned"], False)
    assert (status_of(row), states()) == ("sending", ["uploaded"])


def test_another_printer_that_is_not_held_takes_the_run(printer):
    switch_on("sftp")
    Hold.objects.create(kind="provider", key="sftp", reason="maintenance")
    row = ready()

    run()

    assert status_of(row) == "sending"
    assert row.sent_by == "dvla"
