"""Letters of test keys and of services in research mode."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from notifications.letters.files import find_pdf, store_for_scan
from notifications.letters.simulate import deliver_test_letters
from notifications.letters.tasks import finish_test_letters, wake_test_letters
from notifications.models import Notification, NotificationHistory
from notifications.tests.factories import NotificationFactory
from notify_project.storage import Area, names
from templates_app.precompiled import precompiled_template
from templates_app.tests.factories import TemplateFactory

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
PDF = b"%PDF-1.7"


def templated(**values):
    values = {"letter": True, "status": "sending", "research": True, **values}
    return NotificationFactory(**values)


def precompiled(*, pdf=PDF, **values):
    values = {"status": "pending-virus-check", "research": True, **values}
    template = values.pop("template", None) or TemplateFactory(letter=True, hidden=True, content="")
    row = NotificationFactory(template=template, **values)
    if pdf is not None:
        store_for_scan(
            reference=row.reference, postage=row.postage, created_at=row.created_at, pdf=pdf
        )
    return row


def status_of(row):
    return Notification.objects.values_list("status", "updated_at").get(id=row.id)


@pytest.mark.django_db
def test_a_finished_letter_is_delivered_and_can_be_read(files):
    row = precompiled()

    deliver_test_letters(NOW)

    assert status_of(row) == ("delivered", NOW)
    row.refresh_from_db()
    assert find_pdf(row) == PDF
    assert [name.partition("/")[0] for name in names(Area.LETTERS, "test")] == ["test"]
    assert names(Area.LETTERS, "scan") == []


@pytest.mark.django_db
def test_letters_of_a_service_in_research_mode_are_delivered_too(files):
    row = precompiled(research=False, is_real=False)

    deliver_test_letters(NOW)

    assert status_of(row) == ("delivered", NOW)


@pytest.mark.django_db
def test_real_letters_are_never_touched(files):
    rows = [templated(research=False), precompiled(research=False)]
    before = list(Notification.objects.order_by("id").values())
    history = list(NotificationHistory.objects.order_by("id").values())

    deliver_test_letters(NOW)

    assert len(history) == len(rows)
    assert list(Notification.objects.order_by("id").values()) == before
    assert list(NotificationHistory.objects.order_by("id").values()) == history
    assert len(names(Area.LETTERS, "scan")) == 1
    assert names(Area.LETTERS, "test") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"status": "cancelled"},
        {"status": "delivered"},
        {"status": "technical-failure"},
        {"status": "validation-failed"},
        {"letter": False, "status": "sending"},
        {"letter": False, "email": True, "status": "sending"},
    ],
    ids=str,
)
def test_what_does_not_wait_stays_as_it_is(files, values):
    row = templated(**values)

    deliver_test_letters(NOW)

    assert status_of(row) == (values["status"], None)


@pytest.mark.django_db
def test_a_finished_letter_whose_file_is_missing_fails_alone(files, caplog):
    broken, whole = precompiled(pdf=None), precompiled()

    with caplog.at_level(logging.ERROR):
        deliver_test_letters(NOW)

    assert status_of(broken) == ("technical-failure", NOW)
    assert status_of(whole) == ("delivered", NOW)
    assert f"the file of test letter {broken.id} is missing" in caplog.text


@pytest.mark.django_db
def test_files_that_cannot_be_read_now_are_tried_again(files, caplog):
    row = precompiled(created_at=NOW)
    [scanned] = names(Area.LETTERS, "scan")
    path = files / "letters" / scanned
    path.rename(path.with_suffix(".away"))
    path.mkdir()  # reading it fails

    deliver_test_letters(NOW)
    waiting = status_of(row)
    path.rmdir()
    path.with_suffix(".away").rename(path)
    deliver_test_letters(NOW)

    assert waiting == ("pending-virus-check", None)
    assert status_of(row) == ("delivered", NOW)
    assert f"the file of test letter {row.id} cannot be read" in caplog.text


@pytest.mark.django_db
def test_a_letter_that_was_copied_before_a_crash_is_finished_by_the_next_run(files):
    row = precompiled()
    deliver_test_letters(NOW)
    Notification.objects.filter(id=row.id).update(status="pending-virus-check")

    deliver_test_letters(NOW)

    assert status_of(row) == ("delivered", NOW)


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_do_not_disturb_each_other(files, caplog):
    hidden = TemplateFactory(letter=True, hidden=True, content="")
    for _ in range(20):
        precompiled(template=hidden)

    def work():
        try:
            deliver_test_letters(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result(timeout=30)

    assert set(Notification.objects.values_list("status", flat=True)) == {"delivered"}
    assert len(names(Area.LETTERS, "test")) == 20
    assert names(Area.LETTERS, "scan") == []
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.django_db
def test_waiting_test_letters_are_found_by_their_own_index():
    with connection.cursor() as cursor:
        # On a table of a few rows everything costs the same; on a big one these cost most.
        for way in ("seqscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        query = Notification.objects.unfinished_test_letters().order_by("created_at", "id")
        plan = query.filter(status="sending").explain()

    assert "ix_notif_test_letters" in plan


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_worker_finishes_what_was_woken(files, run_tasks):
    template = precompiled_template(TemplateFactory().service_id)
    rows = [
        templated(),
        precompiled(template=TemplateFactory._meta.model.objects.get(id=template.id)),
    ]

    wake_test_letters()
    run_tasks("research-mode")

    assert {status_of(row)[0] for row in rows} == {"delivered"}


@pytest.mark.redis
def test_letters_are_woken_once_however_often(redis, recorded_tasks):
    for _ in range(3):
        wake_test_letters()

    assert [(task.queue, task.function, task.args) for task in recorded_tasks] == [
        ("research-mode", "finish_test_letters", ())
    ]
    assert 0 < redis.ttl("test-letters-waiting") <= 30


@pytest.mark.redis
@pytest.mark.django_db
def test_a_task_that_starts_makes_way_for_the_next(files, redis, recorded_tasks):
    wake_test_letters()
    finish_test_letters()

    wake_test_letters()

    assert len(recorded_tasks) == 2


@pytest.mark.django_db
def test_without_redis_nothing_is_woken_and_the_task_still_works(files, recorded_tasks, caplog):
    row = templated()

    wake_test_letters()
    finish_test_letters()

    assert recorded_tasks == []
    assert "test-letters: not woken" in caplog.text
    assert status_of(row)[0] == "delivered"
