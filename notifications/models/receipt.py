"""What providers report: receipts that fit no message yet, and complaints."""

import uuid

from django.db import models

from notify_project import clock
from services.models import Service


class UnmatchedReceipt(models.Model):
    """A receipt for an unknown message, until that is known or nobody expects it any more."""

    provider = models.CharField(max_length=50)
    receipt = models.JSONField()  # ids, the outcome and codes: nothing personal
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "unmatched_receipts"
        constraints = [
            # Providers repeat themselves.
            models.UniqueConstraint(fields=["provider", "receipt"], name="uq_unmatched_receipt")
        ]
        indexes = [models.Index(fields=["next_attempt_at", "id"], name="ix_unmatched_due")]

    def __str__(self) -> str:
        return f"receipt {self.pk} of {self.provider}"


class Complaint(models.Model):
    """Somebody called an email spam; the email's status stays what it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The email may be gone by then; its history row is not.
    notification_id = models.UUIDField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    provider = models.CharField(max_length=50)
    feedback_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null when it gives none
    complaint_type = models.CharField(max_length=255, null=True)  # noqa: DJ001 - as above
    complaint_date = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "complaints"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "feedback_id"],
                condition=models.Q(feedback_id__isnull=False),
                name="uq_complaints_feedback",
            )
        ]
        indexes = [
            models.Index(fields=["notification_id"], name="ix_complaints_notification"),
            models.Index(fields=["service", "created_at"], name="ix_complaints_service"),
        ]

    def __str__(self) -> str:
        return f"complaint about {self.notification_id}"
