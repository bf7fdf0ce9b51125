"""Figures, and what must be counted again."""

from uuid import UUID

from django.db import models

from notifications.statuses import Status
from notify_project import clock
from notify_project.constants import KeyType, NotificationType
from services.models import Service

# Stands where there is no job: nulls are never equal, and a fact must have one row.
NO_JOB = UUID(int=0)


class FactNotificationStatus(models.Model):
    """How many real messages of a London day stand in a status, by all that is asked for."""

    bst_date = models.DateField(help_text="London day.")
    # Leads the unique index.
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    template_id = models.UUIDField()
    job_id = models.UUIDField(default=NO_JOB)
    notification_type = models.CharField(max_length=10, choices=NotificationType)
    key_type = models.CharField(max_length=10, choices=KeyType)
    status = models.CharField(max_length=30, choices=Status, db_column="notification_status")
    notification_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "ft_notification_status"
        constraints = [
            # A service's days are read from this index alone, without the table.
            models.UniqueConstraint(
                fields=[
                    "service",
                    "bst_date",
                    "notification_type",
                    "template_id",
                    "status",
                    "key_type",
                    "job_id",
                ],
                include=["notification_count"],
                name="uq_ft_notification_status",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="ck_ft_status_status"
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type__in=NotificationType.values),
                name="ck_ft_status_type",
            ),
            models.CheckConstraint(
                condition=models.Q(key_type__in=[KeyType.NORMAL, KeyType.TEAM]),
                name="ck_ft_status_real",
            ),
            models.CheckConstraint(
                condition=models.Q(notification_count__gt=0), name="ck_ft_status_count"
            ),
        ]
        indexes = [
            # What did all services send on some days?
            models.Index(fields=["bst_date"], name="ix_ft_status_day"),
            # When was a template last used?
            models.Index(fields=["template_id", "bst_date"], name="ix_ft_status_template"),
            # What became of a job whose messages are deleted?
            models.Index(
                fields=["job_id"], condition=~models.Q(job_id=NO_JOB), name="ix_ft_status_job"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bst_date} {self.service_id} {self.status}: {self.notification_count}"


class ServiceStatistics(Service):
    """A service, for the page that shows what became of its messages."""

    class Meta:
        proxy = True
        verbose_name = "statistics of a service"
        verbose_name_plural = "statistics"


class FactProcessingTime(models.Model):
    """How many messages of a London day were handed over within ten seconds."""

    bst_date = models.DateField(primary_key=True, help_text="London day.")
    messages_total = models.PositiveIntegerField()
    messages_within_10_secs = models.PositiveIntegerField()

    class Meta:
        db_table = "ft_processing_time"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(messages_within_10_secs__lte=models.F("messages_total")),
                name="ck_ft_processing_time_share",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bst_date}: {self.messages_within_10_secs} of {self.messages_total}"


class FactHourlyVolume(models.Model):
    """How many real messages of a type were accepted in an hour; an hour without any has rows."""

    hour = models.DateTimeField(help_text="When it began.")
    notification_type = models.CharField(max_length=10, choices=NotificationType)
    messages = models.PositiveIntegerField()
    counted_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "ft_hourly_volume"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "notification_type"], name="uq_ft_hourly_volume"
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type__in=NotificationType.values),
                name="ck_ft_hourly_volume_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour} {self.notification_type}: {self.messages}"


class TemplateUsageRepair(models.Model):
    """A day of a service whose counter of template usage may be wrong."""

    service_id = models.UUIDField()
    day = models.DateField(help_text="London day.")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "template_usage_repairs"
        constraints = [
            models.UniqueConstraint(fields=["service_id", "day"], name="uq_template_usage_repair")
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.day}"
