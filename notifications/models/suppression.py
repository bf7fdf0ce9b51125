"""Addresses that a service does not write to any more."""

import uuid
from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models

from notify_project import clock
from notify_project.encryption import EncryptedTextField, blind_indexes
from services.models import Service


class SuppressedRecipientQuerySet(models.QuerySet["SuppressedRecipient"]):
    """Questions about suppressed addresses."""

    def of_addresses(self, addresses: Iterable[str]) -> Self:
        """Those of some normalised addresses."""
        return self.filter(
            recipient_hash__in=[each for address in addresses for each in blind_indexes(address)]
        )


class SuppressedRecipient(models.Model):
    """An email address that a service's ordinary emails do not go to."""

    class Reason(models.TextChoices):
        """Why not."""

        BOUNCED = "bounced"
        COMPLAINED = "complained"
        STAFF = "staff"
        # An erased person's wish; it holds whether or not the service keeps a list.
        UNSUBSCRIBED = "unsubscribed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Indexed by its unique constraint.
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Empty once the person was erased: the digest alone goes on protecting them.
    recipient = EncryptedTextField()
    # Finds the address without telling it.
    recipient_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=20, choices=Reason)
    notification_id = models.UUIDField(null=True)  # the email that bounced or was complained about
    # Never searched for; people are deactivated, not deleted.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(default=clock.now)

    objects = SuppressedRecipientQuerySet.as_manager()

    class Meta:
        db_table = "suppressed_recipients"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "recipient_hash"], name="uq_suppressed_recipient"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=["bounced", "complained", "staff", "unsubscribed"]),
                name="ck_suppressed_recipients_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient_hash"], name="ix_suppressed_recipient"),
            models.Index(fields=["created_at", "id"], name="ix_suppressed_newest"),
            models.Index(fields=["service", "created_at", "id"], name="ix_suppressed_of_service"),
            models.Index(
                fields=["service"],
                condition=models.Q(reason="unsubscribed"),
                name="ix_suppressed_unsubscribed",
            ),
        ]

    def __str__(self) -> str:
        return f"recipient suppressed on {clock.london_words(self.created_at)}"
