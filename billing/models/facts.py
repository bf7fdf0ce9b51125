"""What bills are made of: one day of one template of one service."""

from django.db import models

from notify_project import clock
from notify_project.constants import NotificationType


class FactBilling(models.Model):
    """What one template of one service cost on one London day, at one rate."""

    bst_date = models.DateField("day", help_text="London day.")
    template_id = models.UUIDField()
    service_id = models.UUIDField()
    notification_type = models.CharField(max_length=10, choices=NotificationType)
    provider = models.CharField(max_length=50, default="unknown")
    rate_multiplier = models.IntegerField(default=0)
    international = models.BooleanField(default=False)
    rate = models.DecimalField(max_digits=8, decimal_places=5)
    postage = models.CharField(max_length=20, default="none")
    billable_units = models.IntegerField()
    notifications_sent = models.IntegerField()
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ft_billing"
        verbose_name = "daily bill"
        verbose_name_plural = "daily bills"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "bst_date",
                    "template_id",
                    "service_id",
                    "notification_type",
                    "provider",
                    "rate_multiplier",
                    "international",
                    "rate",
                    "postage",
                ],
                name="uq_ft_billing",
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type__in=NotificationType.values),
                name="ck_ft_billing_type",
            ),
        ]
        indexes = [
            # A service's year is added up from the index alone, in its order.
            models.Index(
                fields=["service_id", "bst_date", "notification_type", "rate", "postage"],
                include=["notifications_sent", "billable_units", "rate_multiplier"],
                name="ix_ft_billing_usage",
            )
        ]

    def __str__(self) -> str:
        what = f"{self.get_notification_type_display()}, {self.provider}"
        return f"{what}, {self.bst_date:%-d %B %Y}"
