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
    resting_priority = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text="Weight that automation goes back to when all is well; empty: it stays.",
    )
    automation_paused_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Until then no weight of this channel changes by itself.",
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


class ProviderHealth(models.Model):
    """Whether a provider answers, as all workers see it; open: only probes go there.

    Apart from the provider's own row, which holds what people decide and has a history.
    """

    provider = models.OneToOneField(
        ProviderDetails, on_delete=models.CASCADE, primary_key=True, related_name="health"
    )
    failures = models.PositiveIntegerField(default=0, help_text="In a row, while closed.")
    successes = models.PositiveIntegerField(default=0, help_text="In a row, while open.")
    opened_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True, help_text="When the next message may try it.")

    class Meta:
        db_table = "provider_health"

    def __str__(self) -> str:
        return f"{self.provider_id}: {'open' if self.opened_at else 'closed'}"


class ProviderFigures(models.Model):
    """How the calls of a provider went that ended within ten seconds."""

    id = models.BigAutoField(primary_key=True)
    provider = models.ForeignKey(
        ProviderDetails, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    at = models.DateTimeField(help_text="Begin of the ten seconds.")
    calls = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0, help_text="Surely not taken.")
    unknown = models.PositiveIntegerField(default=0, help_text="Perhaps taken.")
    seconds = models.FloatField(default=0, help_text="Of all calls together.")

    class Meta:
        db_table = "provider_figures"
        constraints = [
            # What has a provider done lately?
            models.UniqueConstraint(fields=["provider", "at"], name="uq_provider_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} at {self.at}"
