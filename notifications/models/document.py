"""Files that emails link to."""

import uuid
from datetime import UTC

from django.db import models

from notify_project import clock
from services.models import Service


class Document(models.Model):
    """A file that can be downloaded until it expires. Its key is in the link, and only there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    notification_id = models.UUIDField()
    size = models.PositiveIntegerField(help_text="Bytes of the file itself.")
    mime_type = models.CharField(max_length=100)
    # Encrypted with the link's key.
    sealed_filename = models.BinaryField()
    confirm_email = models.BooleanField()
    # An HMAC of the address with the link's key: without the link it tells nothing.
    recipient_check = models.BinaryField()
    # Finds what was sent to an address without telling it; null in older rows.
    recipient_hash = models.CharField(max_length=64, null=True)  # noqa: DJ001 - as above
    download_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "documents"
        indexes = [
            models.Index(fields=["notification_id"], name="ix_documents_notification"),
            models.Index(fields=["expires_at"], name="ix_documents_expired"),
            models.Index(fields=["recipient_hash"], name="ix_documents_recipient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="ck_documents_expire_later",
            ),
        ]

    def __str__(self) -> str:
        return f"file of {clock.london_words(self.created_at)}"

    @property
    def stored_name(self) -> str:
        """Return the name of its file in storage: in the folder of the day on which it expires."""
        return f"{self.expires_at.astimezone(UTC):%Y-%m-%d}/{self.id}"
