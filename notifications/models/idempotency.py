"""Answers kept so that a request may be repeated without sending twice."""

from django.db import models

from notify_project.constants import KeyType
from notify_project.encryption import EncryptedTextField


class IdempotentAnswer(models.Model):
    """The first answer to a request that named an idempotency key."""

    # Rows live for three days: keys to services would cost more than they protect.
    service_id = models.UUIDField()
    key_type = models.CharField(max_length=10, choices=KeyType)
    # Callers choose keys, and may choose something personal: only a digest is kept.
    key_digest = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    notification_id = models.UUIDField()
    answer = EncryptedTextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "idempotent_answers"
        constraints = [
            models.UniqueConstraint(
                fields=["service_id", "key_type", "key_digest"], name="uq_idempotent_answers_key"
            ),
            models.CheckConstraint(
                condition=models.Q(key_type__in=KeyType.values),
                name="ck_idempotent_answers_key_type",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="ix_idempotent_answers_created"),
            models.Index(fields=["notification_id"], name="ix_idempotent_answers_about"),
        ]

    def __str__(self) -> str:
        return f"answer about {self.notification_id}"
