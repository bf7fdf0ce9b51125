"""Where a service wants to be told."""

import base64
import secrets
import uuid
from datetime import datetime

from django.conf import settings
from django.db import models

from notify_project import clock
from notify_project.encryption import EncryptedTextField
from notify_project.versioning import HistoryRow, Versioned
from services.models.service import Service


class CallbackType(models.TextChoices):
    """What a service can be told. Source: the API contract, callbacks."""

    DELIVERY_STATUS = "delivery_status"
    INBOUND_SMS = "inbound_sms"
    COMPLAINT = "complaint"
    RETURNED_LETTER = "returned_letter"


class CallbackColumns(models.Model):
    """What a callback and each of its versions hold."""

    callback_type = models.CharField(max_length=20, choices=CallbackType)
    url = models.CharField(max_length=2000)
    bearer_token = EncryptedTextField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class ServiceCallbackApi(CallbackColumns, Versioned):
    """An address of a service that is called when something happens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="callbacks")
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "service_callback_api"
        verbose_name = "callback"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "callback_type"], name="uq_service_callback_type"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    callback_type__in=[
                        "delivery_status",
                        "inbound_sms",
                        "complaint",
                        "returned_letter",
                    ]
                ),
                name="ck_service_callback_type",
            ),
            models.CheckConstraint(
                condition=models.Q(url__startswith="https://"), name="ck_service_callback_https"
            ),
        ]

    def __str__(self) -> str:
        return f"{CallbackType(self.callback_type).label} of {self.service.name}"


class ServiceCallbackApiHistory(CallbackColumns, HistoryRow):
    """One version of a callback."""

    service_id = models.UUIDField()
    updated_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "service_callback_api_history"
        constraints = [
            models.UniqueConstraint(
                fields=["id", "version"], name="uq_service_callback_history_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.callback_type} version {self.version}"


# Source: Standard Webhooks 1.0.0, signature scheme.
SIGNING_SECRET_PREFIX = "whsec_"  # noqa: S105 - not a secret
SIGNING_SECRET_BYTES = 32


def new_signing_secret() -> str:
    """Return a random secret in the form in which services keep it."""
    return (
        SIGNING_SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SIGNING_SECRET_BYTES)).decode()
    )


class CallbackSigningSecret(models.Model):
    """What calls of one callback are signed with; no version of the callback keeps it."""

    callback = models.OneToOneField(
        ServiceCallbackApi, on_delete=models.CASCADE, primary_key=True, related_name="signing"
    )
    secret = EncryptedTextField(default=new_signing_secret)
    previous = EncryptedTextField(null=True)
    previous_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "callback_signing_secrets"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(previous__isnull=True, previous_until__isnull=True)
                | models.Q(previous__isnull=False, previous_until__isnull=False),
                name="ck_callback_signing_previous",
            )
        ]

    def __str__(self) -> str:
        return f"secret of {self.callback_id}"

    def valid_at(self, now: datetime) -> list[str]:
        """Return the secrets that calls are signed with now, the newest first."""
        if self.previous is None or self.previous_until is None or self.previous_until <= now:
            return [self.secret]
        return [self.secret, self.previous]
