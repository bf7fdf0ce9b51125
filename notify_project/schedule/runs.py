"""The record of slots: inserting a slot's row is the right to run it."""

from datetime import datetime, timedelta

from django.db.models import Max

from notify_project.models import PeriodicRun

KEEP = timedelta(days=30)
# Longer than a task may run: what has not ended by then was lost, or failed.
AGAIN_AFTER = timedelta(minutes=30)
AGAIN_FOR = timedelta(hours=6)


def newest_slots(now: datetime) -> dict[str, datetime]:
    """Return the newest slot of each task that was ever taken."""
    # What a clock that ran ahead took must not hold up the task for ever.
    rows = PeriodicRun.objects.filter(slot__lte=now).values("task").annotate(newest=Max("slot"))
    return {row["task"]: row["newest"] for row in rows}


def take(task: str, slot: datetime) -> bool:
    """Return whether the slot is ours: of any number of schedulers, one gets it."""
    _, is_ours = PeriodicRun.objects.get_or_create(task=task, slot=slot)
    return is_ours


def give_back(task: str, slot: datetime) -> None:
    """Let the slot be taken again."""
    PeriodicRun.objects.filter(task=task, slot=slot, state=PeriodicRun.State.STARTED).delete()


def take_again(task: str, slot: datetime, now: datetime) -> bool:
    """Return whether the slot is ours once more: its task was lost on its way, or it failed.

    A slot is taken again every half hour, for six hours; of any number of schedulers, one gets it.
    """
    runs = PeriodicRun.objects.filter(task=task, slot=slot, slot__gt=now - AGAIN_FOR)
    unfinished = runs.exclude(state=PeriodicRun.State.DONE)
    return bool(unfinished.filter(started_at__lt=now - AGAIN_AFTER).update(started_at=now))


def is_done(task: str, slot: datetime) -> bool:
    """Return whether the slot has been run to its end."""
    return PeriodicRun.objects.filter(task=task, slot=slot, state=PeriodicRun.State.DONE).exists()


def mark_done(task: str, slot: datetime, now: datetime) -> None:
    """Record that the slot's task ended."""
    PeriodicRun.objects.filter(task=task, slot=slot).update(
        state=PeriodicRun.State.DONE, finished_at=now, detail=""
    )


def mark_failed(task: str, slot: datetime, now: datetime, *, detail: str) -> None:
    """Record that the slot's task failed."""
    PeriodicRun.objects.filter(task=task, slot=slot).update(
        state=PeriodicRun.State.FAILED, finished_at=now, detail=detail
    )


def delete_old_runs(now: datetime) -> int:
    """Delete slots older than 30 days and return how many."""
    deleted, _ = PeriodicRun.objects.filter(slot__lt=now - KEEP).delete()
    return deleted
