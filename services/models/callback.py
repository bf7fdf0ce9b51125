"""Where a service wants to be told."""

import uuid

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
        return f"{self.callback_type} of {self.service_id}"


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
