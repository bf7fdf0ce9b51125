"""Providers as operators see them: which is on, how much it carries, and who changed that."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models

from notify_project.constants import NotificationType
from notify_project.versioning import HistoryRow, Versioned


class ProviderColumns(models.Model):
    """What a provider and each of its versions hold."""

    identifier = models.CharField(max_length=50)
    display_name = models.CharField(max_length=100)
    notification_type = models.CharField(max_length=10, choices=NotificationType)
    priority = models.PositiveSmallIntegerField(
        default=100, validators=[MaxValueValidator(100)], help_text="Weight, 0 to 100."
    )
    active = models.BooleanField(default=True)
    supports_international = models.BooleanField(default=False)
    gives_receipts = models.BooleanField(
        default=True, help_text="Off: nothing more is heard after a successful hand-over."
    )
    reason = models.TextField(default="", blank=True)

    class Meta:
        abstract = True


class ProviderDetails(ProviderColumns, Versioned):
    """One provider of one channel."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "provider_details"
        verbose_name_plural = "provider details"
        constraints = [
            models.UniqueConstraint(
                fields=["notification_type", "identifier"], name="uq_provider_identifier"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__lte=100), name="ck_provider_priority"
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type__in=["email", "sms", "letter"]),
                name="ck_provider_type",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


class ProviderDetailsHistory(ProviderColumns, HistoryRow):
    """One version of a provider's settings."""

    created_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "provider_details_history"
        constraints = [
            models.UniqueConstraint(fields=["id", "version"], name="uq_provider_history_version")
        ]

    def __str__(self) -> str:
        return f"{self.display_name} version {self.version}"
