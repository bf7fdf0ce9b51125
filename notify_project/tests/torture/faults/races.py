"""Things that happen at the same moment: schedulers, and the end of retention beside all else."""

import subprocess
import sys
import time

from notify_project.tests.end_to_end.platform import ROOT, eventually
from notify_project.tests.torture.faults.clock import (
    another_scheduler,
    gaps,
    run_more_than_once,
    slots_since,
)
from notify_project.tests.torture.scenarios import scenario

OLD_ROWS = 20_000
# As long as a scheduler takes to start on a busy machine.
START_SECONDS = 10.0
# Longer than from one slot to the next: both have one to contend for.
TOGETHER_SECONDS = (17.0, 21.0)
_OLD = "old-message-"
_FILL = f"""
WITH live AS (
    INSERT INTO notifications (
        id, service_id, template_id, template_version, "to", normalised_to, key_type, is_real,
        notification_type, process_type, notification_status, created_at, client_reference,
        billable_units, international, delivery_attempts)
    SELECT gen_random_uuid(), %s, %s, 1, '07900900123', '447900900123', 'normal', true,
        'sms', 'normal', CASE WHEN n %% 100 = 0 THEN 'sending' ELSE 'delivered' END,
        now() - interval '9 days' - interval '50 ms' * n, '{_OLD}' || n, 1, false, 1
    FROM generate_series(1, {OLD_ROWS}) n
    RETURNING *
)
INSERT INTO notification_history (
    id, service_id, template_id, template_version, key_type, notification_type,
    notification_status, created_at, client_reference, billable_units, international)
SELECT id, service_id, template_id, template_version, key_type, notification_type,
    notification_status, created_at, client_reference, billable_units, international
FROM live
"""
# Ten times over: what the days of those messages come to, and what they are charged as.
_COUNT = """
from datetime import timedelta
from uuid import UUID
from django.db.models import Sum
from billing.daily import rebuild_day
from billing.models import FactBilling
from notifications.models import FactNotificationStatus
from notifications.statistics.daily_status import replace_facts
from notify_project import clock
ends = [clock.now() - timedelta(days=9, seconds=seconds) for seconds in (0, 1800)]
days = {{clock.london_day(at) for at in ends}}
for _ in range(10):
    for day in days:
        replace_facts(UUID("{service}"), day)
        rebuild_day(day)
    facts = FactNotificationStatus.objects.filter(bst_date__in=days)
    bills = FactBilling.objects.filter(bst_date__in=days)
    print(*facts.aggregate(n=Sum("notification_count")).values(),
        *bills.aggregate(n=Sum("notifications_sent"), units=Sum("billable_units")).values())
"""
_DELETE = (
    "from notifications.retention.purge import purge_texts_and_emails as purge; "
    "from notify_project import clock; print(purge(clock.london_today()).count)"
)


@scenario("two schedulers, one of them killed again and again", group="races", long=75)
def two_schedulers(world, seconds):
    """Each slot is taken and run once, and none is left out."""
    began = world.now()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with another_scheduler(world) as second:
            time.sleep(world.random.uniform(*TOGETHER_SECONDS))
            if world.random.random() < 0.5:
                world.kill("scheduler")
                # The other stays until this one is at work again: one of them always is.
                eventually(lambda: world.is_running("scheduler"), what="its return")
                time.sleep(START_SECONDS)
            else:
                world.note("kill -9", "scheduler-2")
                second.kill()
                second.wait()
    eventually(lambda: world.is_running("scheduler"), what="the return of the scheduler")
    wrong = run_more_than_once(world, began) + gaps(slots_since(world, began))
    if wrong:
        raise AssertionError("; ".join(wrong))


@scenario("the end of retention of many messages", group="races", long=30, short=3)
def the_end_of_retention(world, seconds):
    """Two runs at once delete what is old and final, and figures of it do not change meanwhile."""
    end = time.monotonic() + seconds
    while True:
        world.sql(_FILL, world.service["id"], world.template("text"))
        deleted, counted = _delete_twice_at_once(world)
        left = _count(world, "notifications")
        history = _count(world, "notification_history")
        _forget_old(world)
        expected = (OLD_ROWS - OLD_ROWS // 100, [("sending", OLD_ROWS // 100)])
        if (deleted, left) != expected or sum(n for _, n in history) != OLD_ROWS:
            raise AssertionError(f"{deleted} deleted, {left} left, history {history}")
        if counted != {f"{OLD_ROWS} {OLD_ROWS} {OLD_ROWS}"}:
            raise AssertionError(f"counted meanwhile: {counted}")
        if time.monotonic() > end:
            return


def _delete_twice_at_once(world) -> tuple[int, set[str]]:
    """Return how many rows both runs deleted, and the figures that a third counted meanwhile."""
    count = _COUNT.format(service=world.service["id"])
    runs = [
        subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            cwd=ROOT,
            env=world.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for code in (_DELETE, _DELETE, count)
    ]
    *deletions, counted = [run.communicate()[0].splitlines() for run in runs]
    return sum(int(lines[-1]) for lines in deletions), set(counted)


def _count(world, table: str) -> list[tuple[str, int]]:
    return world.sql(
        f"SELECT notification_status, count(*) FROM {table} WHERE client_reference LIKE %s "
        "GROUP BY 1 ORDER BY 1",
        f"{_OLD}%",
    )


def _forget_old(world) -> None:
    for table in ("notifications", "notification_history"):
        world.sql(f"DELETE FROM {table} WHERE client_reference LIKE %s", f"{_OLD}%")
