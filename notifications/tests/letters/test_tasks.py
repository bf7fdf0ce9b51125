"""What wakes the workers of letters."""

import pytest

from notifications.letters.tasks import (
    check_pdf_letters,
    finish_test_letters,
    wake_checks,
    wake_test_letters,
)
from notifications.models import Notification
from notifications.tests.factories import NotificationFactory
from templates_app.tests.factories import TemplateFactory


def templated(**values):
    return NotificationFactory(letter=True, status="sending", research=True, **values)


def precompiled(**values):
    template = TemplateFactory(letter=True, hidden=True, content="")
    return NotificationFactory(template=template, status="pending-virus-check", **values)


def status_of(row):
    return Notification.objects.values_list("status", flat=True).get(id=row.id)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_worker_finishes_what_was_woken(files, run_tasks):
    rows = [templated(), precompiled(research=True), precompiled()]

    wake_test_letters()
    wake_checks()
    run_tasks("research-mode")
    run_tasks("letters")

    # The files of two of them are missing.
    assert [status_of(row) for row in rows] == [
        "delivered",
        "technical-failure",
        "technical-failure",
    ]


@pytest.mark.redis
@pytest.mark.parametrize(
    ("wake", "queue", "task"),
    [
        (wake_test_letters, "research-mode", "finish_test_letters"),
        (wake_checks, "letters", "check_pdf_letters"),
    ],
)
def test_letters_are_woken_once_however_often(redis, recorded_tasks, wake, queue, task):
    for _ in range(3):
        wake()

    assert [(each.queue, each.function, each.args) for each in recorded_tasks] == [
        (queue, task, ())
    ]


@pytest.mark.redis
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wake", "task"),
    [(wake_test_letters, finish_test_letters), (wake_checks, check_pdf_letters)],
)
def test_a_task_that_starts_makes_way_for_the_next(files, redis, recorded_tasks, wake, task):
    wake()
    task()

    wake()

    assert len(recorded_tasks) == 2


@pytest.mark.django_db
def test_without_redis_nothing_is_woken_and_the_task_still_works(files, recorded_tasks, caplog):
    row = templated()

    wake_test_letters()
    finish_test_letters()

    assert recorded_tasks == []
    assert "test-letters: not woken" in caplog.text
    assert status_of(row) == "delivered"
