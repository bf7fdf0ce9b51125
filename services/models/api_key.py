"""API keys."""

import uuid

from django.conf import settings
from django.db import models

from notify_project import clock
from notify_project.constants import KeyType
from notify_project.encryption import EncryptedTextField
from notify_project.versioning import HistoryRow, Versioned
from services.models.service import Service


class ApiKeyColumns(models.Model):
    """What an API key and each of its versions hold."""

    name = models.CharField(max_length=255)
    secret = EncryptedTextField()
    key_type = models.CharField(max_length=10, choices=KeyType)
    expiry_date = models.DateTimeField(
        null=True, blank=True, help_text="Any date, even a future one, means revoked."
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class ApiKey(ApiKeyColumns, Versioned):
    """A key of a service; its secret signs the caller's tokens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What the encrypted secret cannot show the database: that no two keys share one.
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="api_keys")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "API key"
        permissions = [("revoke_apikey", "Can revoke API keys")]
        db_table = "api_keys"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "name"],
                condition=models.Q(expiry_date__isnull=True),
                name="uq_api_keys_live_name",
            ),
            models.CheckConstraint(
                condition=models.Q(key_type__in=["normal", "team", "test"]),
                name="ck_api_keys_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.key_type})"


class ApiKeyHistory(ApiKeyColumns, HistoryRow):
    """One version of an API key."""

    service_id = models.UUIDField()
    created_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "api_keys_history"
        constraints = [
            models.UniqueConstraint(fields=["id", "version"], name="uq_api_keys_history_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} version {self.version}"
