"""The outbox: what services must be told."""

import uuid

from django.db import models
from django.db.models.functions import Coalesce

from notify_project import clock
from notify_project.encryption import EncryptedJSONField
from services.models import CallbackType, Service


class CallbackDelivery(models.Model):
    """One thing that one service must be told, written with the event itself."""

    class State(models.TextChoices):
        """How far the telling has come."""

        WAITING = "waiting"
        DONE = "done"
        GIVEN_UP = "given-up"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    callback_type = models.CharField(max_length=20, choices=CallbackType)
    subject_id = models.UUIDField()
    event_key = models.CharField(max_length=50)
    payload = EncryptedJSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_response_code = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=255, default="", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "callback_deliveries"
        verbose_name_plural = "callback deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["callback_type", "subject_id", "event_key"], name="uq_callback_event"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "done", "given-up", "dropped"]),
                name="ck_callback_deliveries_state",
            ),
            models.CheckConstraint(
                condition=models.Q(callback_type__in=CallbackType.values),
                name="ck_callback_deliveries_type",
            ),
        ]
        indexes = [
            models.Index(
                "service",
                "callback_type",
                Coalesce("next_attempt_at", "created_at"),
                condition=models.Q(state="waiting"),
                name="ix_callback_due_by_endpoint",
            ),
            # What was a service told at one address, and what could it not be told?
            models.Index(
                fields=["service", "callback_type", "created_at", "id"], name="ix_callback_newest"
            ),
            models.Index(
                fields=["service", "callback_type", "created_at", "id"],
                condition=models.Q(state__in=["given-up", "dropped"]),
                name="ix_callback_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.callback_type.replace('_', ' ')} {self.subject_id}"


class CallbackAttempt(models.Model):
    """One call of a service: when, how long, and what came of it; nothing of what was said."""

    delivery = models.ForeignKey(
        CallbackDelivery, on_delete=models.CASCADE, related_name="attempt_log"
    )
    attempt = models.PositiveSmallIntegerField()
    began_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    response_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=255)

    class Meta:
        db_table = "callback_attempts"

    def __str__(self) -> str:
        return f"attempt {self.attempt} of {self.delivery_id}"


class FailingEndpoint(models.Model):
    """An address that did not answer lately; the row goes with the first answer."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    callback_type = models.CharField(max_length=20, choices=CallbackType)
    failures = models.PositiveIntegerField()
    first_failed_at = models.DateTimeField()
    last_failed_at = models.DateTimeField()
    last_error = models.CharField(max_length=255)
    dead_since = models.DateTimeField(null=True)
    next_probe_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "failing_endpoints"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "callback_type"], name="uq_failing_endpoint"
            ),
            models.CheckConstraint(
                condition=models.Q(dead_since__isnull=True, next_probe_at__isnull=True)
                | models.Q(dead_since__isnull=False, next_probe_at__isnull=False),
                name="ck_failing_endpoint_probe",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_callback_type_display()} of {self.service.name}"
