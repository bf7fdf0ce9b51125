"""Reports that somebody asked for: made in the background, kept for three days."""

import uuid

from django.conf import settings
from django.db import models

from notify_project import clock
from services.models import Service


class ReportRequest(models.Model):
    """One report: what it is about, how far it has come, and its file."""

    class Kind(models.TextChoices):
        """What a report tells."""

        BILLING = "billing", "Bills of services"
        DAILY_VOLUMES = "daily-volumes", "Volumes by day"
        SERVICE_VOLUMES = "volumes-by-service", "Volumes by service"
        PROVIDER_VOLUMES = "provider-volumes", "Texts by day and provider"
        PROCESSING_TIME = "processing-time", "Processing time by day"
        MONTHLY_STATUSES = "monthly-statuses", "Statuses of a service by month"
        MESSAGES = "messages", "Messages of a service"

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30, choices=Kind)
    first_day = models.DateField(help_text="London day.")
    last_day = models.DateField(help_text="London day.")
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    narrowed = models.JSONField(
        default=dict,
        blank=True,
        help_text="The row of usage by day behind which the messages are; empty: all messages.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows = models.PositiveIntegerField(default=0, help_text="Written so far.")
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes of the finished file.")
    restarts = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often it was begun again after its worker was gone."
    )
    problem = models.CharField(max_length=255, default="", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "report_requests"
        verbose_name = "report"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "billing",
                        "daily-volumes",
                        "volumes-by-service",
                        "provider-volumes",
                        "processing-time",
                        "monthly-statuses",
                        "messages",
                    ]
                ),
                name="ck_report_requests_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "failed", "expired"]),
                name="ck_report_requests_state",
            ),
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")),
                name="ck_report_requests_days",
            ),
        ]
        indexes = [
            # The newest first; and which are so old that their files go?
            models.Index(fields=["created_at", "id"], name="ix_report_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.first_day} to {self.last_day}"
