"""What texts a service may send for nothing in a financial year."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models

from notify_project import clock
from notify_project.constants import NotificationType
from services.models import Organisation, Service


class DefaultAnnualAllowance(models.Model):
    """The free fragments of a kind of organisation, from a financial year on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation_type = models.CharField(max_length=30, choices=Organisation.Kind)
    valid_from_financial_year_start = models.IntegerField(
        help_text="2026 for the year from 1 April 2026 on; it holds until the next row."
    )
    allowance = models.IntegerField(
        validators=[MinValueValidator(0)], help_text="Fragments a year."
    )
    notification_type = models.CharField(
        max_length=10, choices=NotificationType, default=NotificationType.SMS
    )

    class Meta:
        db_table = "default_annual_allowance"
        verbose_name = "default allowance"
        verbose_name_plural = "default allowances"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organisation_type",
                    "notification_type",
                    "valid_from_financial_year_start",
                ],
                name="uq_default_annual_allowance",
            ),
            models.CheckConstraint(
                condition=models.Q(organisation_type__in=Organisation.Kind.values),
                name="ck_default_annual_allowance_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type__in=NotificationType.values),
                name="ck_default_annual_allowance_type",
            ),
            models.CheckConstraint(
                condition=models.Q(allowance__gte=0), name="ck_default_annual_allowance"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_type} from {self.valid_from_financial_year_start}"


class AnnualBilling(models.Model):
    """The free fragments of one service in one financial year."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    financial_year_start = models.IntegerField(
        help_text="2026 for the year from 1 April 2026 to 31 March 2027."
    )
    free_sms_fragment_limit = models.IntegerField(
        validators=[MinValueValidator(0)], help_text="Fragments."
    )
    has_custom_allowance = models.BooleanField(
        default=False, help_text="Set by hand, and carried into the next year."
    )
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "annual_billing"
        verbose_name = "allowance of a service"
        verbose_name_plural = "allowances of services"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "financial_year_start"], name="uq_annual_billing_year"
            ),
            models.CheckConstraint(
                condition=models.Q(free_sms_fragment_limit__gte=0), name="ck_annual_billing_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service.name}, financial year {self.financial_year_start}"
