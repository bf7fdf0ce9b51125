"""The history that remains of notifications."""

from django.db import models

from notifications.models.notification import NotificationColumns, called, shared_checks
from services.models import Service


class NotificationHistory(NotificationColumns):
    """The permanent mirror of a real notification, without anything personal."""

    id = models.UUIDField(primary_key=True)
    job_id = models.UUIDField(null=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    template_id = models.UUIDField()
    api_key_id = models.UUIDField(null=True)
    created_by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "notification_history"
        verbose_name_plural = "notification history"
        constraints = shared_checks("notification_history")
        indexes = [
            models.Index(
                fields=["service", "notification_type", "created_at"], name="ix_hist_service_type"
            ),
            # Letters from before they had references, while there are any.
            models.Index(
                fields=["service"],
                condition=models.Q(notification_type="letter", reference__isnull=True),
                name="ix_hist_letter_without_ref",
            ),
            models.Index(fields=["created_at"], name="ix_hist_created_at"),
            models.Index(
                fields=["job_id"], condition=models.Q(job_id__isnull=False), name="ix_hist_job"
            ),
            models.Index(
                fields=["reference"],
                condition=models.Q(reference__isnull=False),
                name="ix_hist_reference",
            ),
        ]

    def __str__(self) -> str:
        return called(self.notification_type, self.id)


# Columns that the history row copies, in the order of its table.
HISTORY_COLUMNS: tuple[str, ...] = tuple(
    str(field.column)
    for field in NotificationHistory._meta.concrete_fields  # noqa: SLF001
)
