"""Uploaded spreadsheets."""

import uuid
from typing import ClassVar, Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Collate, Left, Lower

from notify_project import clock
from services.models import Service
from templates_app.models import Template

# Source: the API contract, jobs: files that were made to send one message, or to report.
UNLISTED_NAMES: Final = ("Test message", "Report")


class JobQuerySet(models.QuerySet["Job"]):
    """Questions about jobs."""

    def listed(self) -> Self:
        """Jobs that people sent, and would look for."""
        return self.exclude(original_file_name__in=UNLISTED_NAMES)


class Job(models.Model):
    """A file of recipients, one message a row.

    Attributes:
        template_version: that its rows were checked against and are sent with.
        heartbeat_at: when it was last seen to make progress, give or take ten seconds.
        erased_rows: rows of which nothing may be stored but that they were there; null is none.
    """

    class Status(models.TextChoices):
        """Where a job stands."""

        SCHEDULED = "scheduled"
        PENDING = "pending"
        IN_PROGRESS = "in progress"
        PAUSED = "paused"
        FINISHED = "finished"
        ALL_CREATED = "finished all notifications created"
        LIMITS_EXCEEDED = "sending limits exceeded"
        CANCELLED = "cancelled"
        ERROR = "error"
        READY_TO_SEND = "ready to send"
        SENT_TO_DVLA = "sent to dvla"

    # Of a file's name; a whole one may be longer than an index takes.
    INDEXED_CHARACTERS: ClassVar[int] = 100

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    original_file_name = models.TextField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+")
    template_version = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True)
    notification_count = models.PositiveIntegerField()
    processing_started = models.DateTimeField(null=True)
    processing_finished = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    # How often rows had to be looked for that should have been stored.
    repair_count = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    scheduled_for = models.DateTimeField(null=True)
    job_status = models.CharField(max_length=50, choices=Status, default=Status.PENDING)
    sender_id = models.UUIDField(null=True)
    archived = models.BooleanField(default=False)
    erased_rows = ArrayField(models.IntegerField(), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "jobs"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    job_status__in=[
                        "scheduled",
                        "pending",
                        "in progress",
                        "paused",
                        "finished",
                        "finished all notifications created",
                        "sending limits exceeded",
                        "cancelled",
                        "error",
                        "ready to send",
                        "sent to dvla",
                    ]
                ),
                name="ck_jobs_status",
            ),
            models.CheckConstraint(
                condition=models.Q(notification_count__gte=1), name="ck_jobs_count"
            ),
        ]
        indexes = [
            models.Index(fields=["service", "created_at"], name="ix_jobs_service"),
            models.Index(fields=["job_status", "processing_started"], name="ix_jobs_started"),
            models.Index(fields=["job_status", "scheduled_for"], name="ix_jobs_scheduled"),
            # Which files are called so, or begin so?
            models.Index(
                Collate(Lower(Left("original_file_name", 100)), "C"),
                name="ix_jobs_file_name",
            ),
        ]

    def __str__(self) -> str:
        return f"job of {clock.london_words(self.created_at)}"
