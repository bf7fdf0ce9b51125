"""How long a service's messages are kept."""

from django.db import models

from notify_project import clock
from notify_project.constants import NotificationType
from services.models.service import Service

# Source: the domain model, retention. The outcomes of texts and emails are final after 72 hours.
SHORTEST_DAYS = 3
LONGEST_DAYS = 90
DEFAULT_DAYS = 7


class ServiceDataRetention(models.Model):
    """For how many days the messages of one channel are kept; without a row it is a week."""

    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="retentions", db_index=False
    )
    notification_type = models.CharField(max_length=10, choices=NotificationType)
    days_of_retention = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "service_data_retention"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "notification_type"], name="uq_service_data_retention"
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type__in=NotificationType.values),
                name="ck_service_data_retention_type",
            ),
            models.CheckConstraint(
                condition=models.Q(days_of_retention__range=(SHORTEST_DAYS, LONGEST_DAYS)),
                name="ck_service_data_retention_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification_type} for {self.days_of_retention} days"
