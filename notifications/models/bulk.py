"""Acts on many messages at once: which, how far they have come, and what came of them."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models

from notify_project import clock
from notify_project.constants import NotificationType
from services.models import Service


class BulkActionQuerySet(models.QuerySet["BulkAction"]):
    """Questions about bulk actions."""

    def moving(self) -> Self:
        """Those that a worker should be at."""
        return self.filter(state__in=BulkAction.MOVING)


class BulkAction(models.Model):
    """One act on all messages that a filter finds; it names no recipient.

    Attributes:
        status: of messages; of callbacks how the telling ended. Empty: as the act needs it.
        since: of acceptance; messages of a fixed time, so that counting and acting find the same.
        reached_at: with the id, how far the walk has come; what is before is done with.
        looked_at: how many messages of the time the walk has passed.
        found: how many of them the filter finds.
        done: how many were changed; the rest of them refused, for what they are by now.
    """

    class Act(models.TextChoices):
        """What is done."""

        SEND_NOW = "send-now", "Send now what waits for another attempt"
        TELL_AGAIN = "tell-again", "Tell services again"
        FAIL = "fail", "Mark as failed"
        CANCEL_LETTERS = "cancel-letters", "Cancel letters"

    class State(models.TextChoices):
        """How far it has come."""

        COUNTING = "counting"
        COUNTED = "counted"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    MOVING = (State.COUNTING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.CharField(max_length=20, choices=Act)
    state = models.CharField(max_length=10, choices=State, default=State.COUNTING)
    # Never searched for: bulk actions are few.
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    template_id = models.UUIDField(null=True, blank=True)
    provider = models.CharField(max_length=50, default="", blank=True)
    status = models.CharField(max_length=30, default="", blank=True)
    notification_type = models.CharField(
        max_length=10, choices=NotificationType, default="", blank=True
    )
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    total = models.PositiveIntegerField(null=True)
    reached_at = models.DateTimeField(null=True)
    reached_id = models.UUIDField(null=True)
    looked_at = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    heartbeat_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = BulkActionQuerySet.as_manager()

    class Meta:
        db_table = "bulk_actions"
        permissions = [
            ("bulk_act", "Can act on many messages at once"),
            ("replay_notification", "Can send a message now that waits"),
            ("fail_notification", "Can mark a message as failed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(act__in=["send-now", "tell-again", "fail", "cancel-letters"]),
                name="ck_bulk_actions_act",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["counting", "counted", "running", "done", "stopped"]),
                name="ck_bulk_actions_state",
            ),
            models.CheckConstraint(
                condition=models.Q(since__lt=models.F("until")), name="ck_bulk_actions_time"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="ix_bulk_actions_newest"),
            # Which should a worker be at?
            models.Index(
                fields=["heartbeat_at"],
                condition=models.Q(state__in=["counting", "running"]),
                name="ix_bulk_actions_moving",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}, planned on {clock.london_words(self.created_at)}"

    @property
    def refused(self) -> int:
        """Return how many were counted, or found, and not changed."""
        is_over = self.state == self.State.DONE
        return max(self.found, self.total or 0 if is_over else 0) - self.done

    @property
    def remaining(self) -> int | None:
        """Return how many are left of what was counted; None before that is known."""
        if self.total is None or self.state == self.State.DONE:
            return None if self.total is None else 0
        return max(self.total - self.found, 0)
