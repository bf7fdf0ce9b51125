"""What a text or a letter costs, and from when on."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from notify_project.clock import london_day
from notify_project.constants import NotificationType


class Rate(models.Model):
    """The price of one fragment of a text message, from a London midnight on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notification_type = models.CharField(
        max_length=10, choices=NotificationType, default=NotificationType.SMS
    )
    rate = models.DecimalField(
        max_digits=8, decimal_places=5, validators=[MinValueValidator(0)], help_text="Pounds."
    )
    valid_from = models.DateTimeField(help_text="A London midnight.")

    class Meta:
        db_table = "rates"
        verbose_name = "price of texts"
        verbose_name_plural = "prices of texts"
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
        # London's day: its midnight is in the day before elsewhere.
        return f"{self.notification_type} {self.rate} from {london_day(self.valid_from)}"


class LetterRate(models.Model):
    """The price of a letter of so many sheets, during a period."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    start_date = models.DateTimeField(help_text="A London midnight.")
    end_date = models.DateTimeField(null=True, blank=True, help_text="A London midnight.")
    sheet_count = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    rate = models.DecimalField(
        max_digits=8, decimal_places=5, validators=[MinValueValidator(0)], help_text="Pounds."
    )
    crown = models.BooleanField()
    post_class = models.CharField(
        max_length=20,
        validators=[RegexValidator(r"\A[a-z][a-z-]*\Z", "Write a word such as second.")],
    )

    class Meta:
        db_table = "letter_rates"
        verbose_name = "price of letters"
        verbose_name_plural = "prices of letters"
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
        kind = f"{self.post_class} {self.sheet_count} {self.rate}"
        return f"{kind} from {london_day(self.start_date)}"
