"""What recipients send back: text messages, and requests not to be written to again."""

import uuid
from datetime import timedelta
from typing import Self

from django.db import models

from notify_project import clock
from notify_project.encryption import EncryptedTextField, blind_indexes
from notify_project.recipients.phone import digits_if_phone
from services.models import Service


class InboundSmsQuerySet(models.QuerySet["InboundSms"]):
    """Questions about received texts."""

    def of_service(self, service_id: uuid.UUID) -> Self:
        """What one service received."""
        return self.filter(service_id=service_id)

    def within_retention(self, days: int) -> Self:
        """What is not older than a number of London days."""
        first_day = clock.london_today() - timedelta(days=days)
        return self.filter(created_at__gte=clock.london_midnight(first_day))

    def sent_by(self, number: str) -> Self:
        """What came from a number, in any spelling, or from a sender without one."""
        return self.filter(sender_hash__in=blind_indexes(digits_if_phone(number)))


class InboundSms(models.Model):
    """One text message that somebody sent to a service's number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Indexed together with the creation time.
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    notify_number = models.CharField(max_length=20)
    user_number = EncryptedTextField()  # digits, or a name if the sender has no number
    # Finds the sender without telling who it is.
    sender_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001 - null of older releases
    content = EncryptedTextField()
    provider = models.CharField(max_length=50)
    provider_reference = models.TextField(null=True)  # noqa: DJ001 - null when it gives none
    provider_date = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    objects = InboundSmsQuerySet.as_manager()

    class Meta:
        db_table = "inbound_sms"
        verbose_name = "received text message"
        constraints = [
            # Providers repeat themselves.
            models.UniqueConstraint(
                fields=["provider", "provider_reference"],
                condition=models.Q(provider_reference__isnull=False),
                name="uq_inbound_sms_reference",
            )
        ]
        indexes = [
            models.Index(fields=["service", "created_at", "id"], name="ix_inbound_sms_newest"),
            # What did one sender write, to all services or to one?
            models.Index(
                fields=["sender_hash", "service", "created_at"], name="ix_inbound_sms_sender"
            ),
        ]

    def __str__(self) -> str:
        return f"text received on {clock.london_words(self.created_at)}"


class InboundSmsHistory(models.Model):
    """What remains of a received text: not who sent it, nor what they wrote."""

    id = models.UUIDField(primary_key=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    notify_number = models.CharField(max_length=20)
    provider = models.CharField(max_length=50)
    provider_reference = models.TextField(null=True)  # noqa: DJ001 - null when it gives none
    provider_date = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "inbound_sms_history"
        indexes = [
            models.Index(fields=["service", "created_at"], name="ix_inbound_sms_history_service")
        ]

    def __str__(self) -> str:
        return f"received text {self.id}"


class UnsubscribeRequest(models.Model):
    """One recipient's wish to get no more of a service's emails; the service deals with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The email may be gone by then; its history row is not.
    notification_id = models.UUIDField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    template_id = models.UUIDField()
    template_version = models.PositiveIntegerField()
    email_address = EncryptedTextField()
    # Finds the address without telling it; null in rows from before it was stored.
    address_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001 - as above
    created_at = models.DateTimeField(default=clock.now)
    processed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "unsubscribe_requests"
        constraints = [
            models.UniqueConstraint(
                fields=["notification_id"],
                condition=models.Q(processed_at__isnull=True),
                name="uq_unsubscribe_open",
            )
        ]
        indexes = [
            # What has a service still to deal with?
            models.Index(
                fields=["service", "created_at", "id"],
                condition=models.Q(processed_at__isnull=True),
                name="ix_unsubscribe_open",
            ),
            models.Index(fields=["address_hash"], name="ix_unsubscribe_address"),
        ]

    def __str__(self) -> str:
        return f"unsubscription by {self.notification_id}"
