"""What a service's messages show as their sender."""

import uuid

from django.db import models

from notify_project import clock
from services.models.inbound_number import InboundNumber
from services.models.service import Service


class SenderColumns(models.Model):
    """What all senders share: at most one default for each service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    is_default = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class ServiceSmsSender(SenderColumns):
    """The sender of text messages."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="sms_senders")
    sms_sender = models.CharField(max_length=11)
    # Answers to what goes out under it come in; it stays while the service has the number.
    inbound_number = models.OneToOneField(
        InboundNumber, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        db_table = "service_sms_senders"
        constraints = [
            models.UniqueConstraint(
                fields=["service"],
                condition=models.Q(is_default=True, archived=False),
                name="uq_sms_senders_default",
            )
        ]

    def __str__(self) -> str:
        return self.sms_sender


class ServiceEmailReplyTo(SenderColumns):
    """Where answers to emails go."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="email_reply_tos")
    email_address = models.TextField()

    class Meta:
        db_table = "service_email_reply_to"
        constraints = [
            models.UniqueConstraint(
                fields=["service"],
                condition=models.Q(is_default=True, archived=False),
                name="uq_email_reply_to_default",
            ),
            models.UniqueConstraint(
                fields=["service", "email_address"],
                condition=models.Q(archived=False),
                name="uq_email_reply_to_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email_address


class ServiceLetterContact(SenderColumns):
    """The address block at the top of letters."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="letter_contacts")
    contact_block = models.TextField()

    class Meta:
        db_table = "service_letter_contacts"
        constraints = [
            models.UniqueConstraint(
                fields=["service"],
                condition=models.Q(is_default=True, archived=False),
                name="uq_letter_contacts_default",
            )
        ]

    def __str__(self) -> str:
        return self.contact_block.partition("\n")[0]
