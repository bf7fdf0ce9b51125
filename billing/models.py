"""Rates, and the daily facts that bills are made of."""

import uuid

from django.db import models

from notify_project import clock
from notify_project.constants import NotificationType


class Rate(models.Model):
    """The price of one fragment of a text message, from a London midnight on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notification_type = models.CharField(
        max_length=10, choices=NotificationType, default=NotificationType.SMS
    )
    rate = models.DecimalField(max_digits=8, decimal_places=5, help_text="Pounds.")
    valid_from = models.DateTimeField(help_text="A London midnight.")

    class Meta:
        db_table = "rates"
        constraints = [
            models.UniqueConstraint(
                fields=["notification_type", "valid_from"], name="uq_rates_valid_from"
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type__in=NotificationType.values),
                name="ck_rates_type",
            ),
            models.CheckConstraint(condition=models.Q(rate__gte=0), name="ck_rates_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.notification_type} {self.rate} from {self.valid_from:%Y-%m-%d}"


class LetterRate(models.Model):
    """The price of a letter of so many sheets, during a period."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    start_date = models.DateTimeField(help_text="A London midnight.")
    end_date = models.DateTimeField(null=True, blank=True, help_text="A London midnight.")
    sheet_count = models.PositiveSmallIntegerField()
    rate = models.DecimalField(max_digits=8, decimal_places=5, help_text="Pounds.")
    crown = models.BooleanField()
    post_class = models.CharField(max_length=20)

    class Meta:
        db_table = "letter_rates"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sheet_count__gte=1, sheet_count__lte=5),
                name="ck_letter_rates_sheets",
            ),
            models.UniqueConstraint(
                fields=["sheet_count", "crown", "post_class", "start_date"],
                name="uq_letter_rates_start",
            ),
            models.CheckConstraint(
                condition=models.Q(end_date__isnull=True)
                | models.Q(end_date__gt=models.F("start_date")),
                name="ck_letter_rates_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_class} {self.sheet_count} {self.rate}"


class FactBilling(models.Model):
    """What one template of one service cost on one London day, at one rate."""

    bst_date = models.DateField(help_text="London day.")
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
        indexes = [models.Index(fields=["service_id", "bst_date"], name="ix_ft_billing_service")]

    def __str__(self) -> str:
        return f"{self.bst_date} {self.service_id}"
