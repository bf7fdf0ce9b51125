"""What a service means to spend, and when it was told how much of that is gone."""

import uuid
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models

from notify_project import clock
from services.models import Service


class Budget(models.Model):
    """The pounds that a service means to spend in each month, or in each financial year."""

    class Period(models.TextChoices):
        """What the pounds are for."""

        MONTH = "month"
        YEAR = "year"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(
        max_length=10, choices=Period, help_text="Each calendar month, or each financial year."
    )
    pounds = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text="Pounds.",
    )
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "budgets"
        constraints = [
            models.UniqueConstraint(fields=["service", "period"], name="uq_budgets_period"),
            models.CheckConstraint(
                condition=models.Q(period__in=["month", "year"]), name="ck_budgets_period"
            ),
            models.CheckConstraint(condition=models.Q(pounds__gt=0), name="ck_budgets_pounds"),
        ]

    def __str__(self) -> str:
        return f"{self.pounds} a {self.period}"


class BudgetAlert(models.Model):
    """A share of a budget that was spent in one period; inserting the row is the right to tell."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="alerts")
    starts_on = models.DateField(help_text="First London day of the month or year.")
    percent = models.PositiveSmallIntegerField()
    pounds = models.DecimalField(
        max_digits=12, decimal_places=2, help_text="The budget of then: a new one tells anew."
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "budget_alerts"
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "starts_on", "percent", "pounds"], name="uq_budget_alerts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.percent} % of {self.pounds} from {self.starts_on}"
