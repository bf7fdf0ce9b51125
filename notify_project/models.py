"""What operations leave behind: periodic runs and audit events."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from notify_project import clock


class PeriodicRun(models.Model):
    """One slot of one periodic task; inserting the row is the right to run it."""

    class State(models.TextChoices):
        """How the run went."""

        STARTED = "started"
        DONE = "done"
        FAILED = "failed"

    task = models.CharField(max_length=100)
    slot = models.DateTimeField(help_text="The planned instant.")
    state = models.CharField(max_length=10, choices=State, default=State.STARTED)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    detail = models.TextField(default="", blank=True)

    class Meta:
        db_table = "periodic_runs"
        permissions = [("manage_queues", "Can look after queues and failed tasks")]
        constraints = [
            models.UniqueConstraint(fields=["task", "slot"], name="uq_periodic_runs_slot"),
            models.CheckConstraint(
                condition=models.Q(state__in=["started", "done", "failed"]),
                name="ck_periodic_runs_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task}, due on {clock.london_words(self.slot)}"


class AuditEvent(models.Model):
    """Who changed or looked at what, and why. Append-only."""

    class ActorKind(models.TextChoices):
        """Who acted."""

        USER = "user"
        SUPPORT = "support"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    action = models.CharField(max_length=100)
    service_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=50)
    subject_id = models.CharField(max_length=100)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(default="")
    request_id = models.CharField(max_length=100, default="", help_text="As logs name it.")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "audit_events"
        indexes = [
            models.Index(fields=["service_id", "created_at"], name="ix_audit_service"),
            models.Index(fields=["subject_id"], name="ix_audit_subject"),
            models.Index(fields=["created_at", "id"], name="ix_audit_newest"),
            models.Index(
                fields=["request_id"], condition=~models.Q(request_id=""), name="ix_audit_request"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor_kind__in=["user", "support", "system"]),
                name="ck_audit_events_actor_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}, {clock.london_words(self.created_at)}"
