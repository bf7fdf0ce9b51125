"""Notifications, from acceptance to the end of retention."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from notifications.models.job import Job
from notifications.models.notification_indexes import DUE_AT, INDEXES, UNFINISHED_TEST_LETTERS
from notifications.statuses import COMPLETED, Status
from notify_project.constants import MESSAGE_QUEUES, KeyType, NotificationType, ProcessType, Queue
from notify_project.encryption import EncryptedJSONField
from notify_project.logs import written_request_id
from services.models import ApiKey, Service

_CHANNELS = {"sms": "text"}


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions about notifications."""

    def due(self, now: datetime) -> Self:
        """Texts and emails that a worker may take now."""
        return (
            self.filter(
                status=Status.CREATED,
                notification_type__in=[NotificationType.SMS, NotificationType.EMAIL],
            )
            .alias(due_at=DUE_AT)
            .filter(due_at__lte=now)
        )

    def unfinished_test_letters(self) -> Self:
        """Letters that are not real and wait for their outcome."""
        return self.filter(UNFINISHED_TEST_LETTERS)

    def of_service(self, service_id: uuid.UUID) -> Self:
        """What one service sent."""
        return self.filter(service_id=service_id)


class NotificationColumns(models.Model):
    """What a notification and its history row share: nothing personal."""

    job_row_number = models.IntegerField(null=True)
    template_version = models.PositiveIntegerField()
    key_type = models.CharField(max_length=10, choices=KeyType)
    billable_units = models.IntegerField(default=0)
    notification_type = models.CharField(max_length=10, choices=NotificationType)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=50, null=True)  # noqa: DJ001 - null until sent
    updated_at = models.DateTimeField(null=True)
    status = models.CharField(
        max_length=30, choices=Status, default=Status.CREATED, db_column="notification_status"
    )
    reference = models.TextField(null=True)  # noqa: DJ001 - the provider's name for the message
    client_reference = models.TextField(null=True)  # noqa: DJ001 - the caller's, echoed as given
    international = models.BooleanField(default=False)
    phone_prefix = models.CharField(max_length=10, null=True)  # noqa: DJ001 - texts only
    rate_multiplier = models.IntegerField(null=True)
    postage = models.CharField(max_length=20, null=True)  # noqa: DJ001 - letters only
    document_download_count = models.IntegerField(null=True)

    class Meta:
        abstract = True


def called(notification_type: str, row_id: uuid.UUID) -> str:
    """Return what a message is called where it is listed."""
    return f"{_CHANNELS.get(notification_type, notification_type)} {row_id}"


def shared_checks(table: str) -> list[models.BaseConstraint]:
    """Return the checks that the live table and history have in common."""
    return [
        models.CheckConstraint(
            condition=models.Q(status__in=Status.values), name=f"ck_{table}_status"
        ),
        models.CheckConstraint(
            condition=models.Q(key_type__in=KeyType.values), name=f"ck_{table}_key_type"
        ),
        models.CheckConstraint(
            condition=models.Q(notification_type__in=NotificationType.values),
            name=f"ck_{table}_type",
        ),
    ]


class Notification(NotificationColumns):
    """One message to one recipient, from acceptance to the end of retention."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    to = models.TextField()
    normalised_to = models.TextField(null=True)  # noqa: DJ001 - unknown for a bad address
    # Indexed by its unique constraint together with the row number.
    job = models.ForeignKey(
        Job, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Leads the indexes of what it sent.
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    template_id = models.UUIDField()
    # Never searched for; keys are revoked, not deleted.
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_real = models.BooleanField()
    personalisation = EncryptedJSONField(null=True)
    # Never searched for; people are deactivated, not deleted.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    reply_to_text = models.TextField(null=True)  # noqa: DJ001 - null when there is no sender
    unsubscribe_link = models.TextField(null=True)  # noqa: DJ001 - emails only
    process_type = models.CharField(max_length=10, choices=ProcessType)
    # Whose workers send it; of a letter, the queue of its steps. The default is for web processes
    # of a release before lanes were stored.
    lane = models.CharField(
        max_length=20,
        choices=[(queue.value, queue.label) for queue in MESSAGE_QUEUES],
        db_default=Queue.NORMAL,
    )
    delivery_attempts = models.SmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    failure_reason = models.CharField(max_length=255, null=True)  # noqa: DJ001 - null unless failed
    # Whom the next attempt passes over, whichever process makes it.
    failed_provider = models.CharField(max_length=50, null=True)  # noqa: DJ001 - null unless one did
    # Only where the caller named its request; elsewhere the message has the id of its request.
    request_id = models.UUIDField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        permissions = [("view_recipient", "Can see who a message went to")]
        constraints = [
            *shared_checks("notifications"),
            # Partial, so that a message without a job costs it nothing.
            models.UniqueConstraint(
                fields=["job", "job_row_number"],
                condition=models.Q(job__isnull=False),
                name="uq_notifications_job_row",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=models.Q(notification_type="letter"),
                name="uq_notifications_letter_reference",
            ),
            models.CheckConstraint(
                condition=~models.Q(key_type="test") | models.Q(is_real=False),
                name="ck_notifications_real",
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type="letter", postage__isnull=False)
                | (~models.Q(notification_type="letter") & models.Q(postage__isnull=True)),
                name="ck_notifications_postage",
            ),
            models.CheckConstraint(
                condition=models.Q(job__isnull=True, job_row_number__isnull=True)
                | models.Q(job__isnull=False, job_row_number__isnull=False),
                name="ck_notifications_job_row_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(process_type__in=ProcessType.values),
                name="ck_notifications_process_type",
            ),
            models.CheckConstraint(
                condition=models.Q(lane__in=MESSAGE_QUEUES), name="ck_notifications_lane"
            ),
            models.CheckConstraint(
                condition=models.Q(notification_type="email")
                | models.Q(unsubscribe_link__isnull=True),
                name="ck_notifications_unsubscribe",
            ),
        ]
        indexes = INDEXES

    def __str__(self) -> str:
        return called(self.notification_type, self.id)

    @property
    def came_by_request(self) -> str:
        """Return the id of the request that it came by, as logs name it; none for a job's row."""
        if self.request_id is None and self.job_id is not None:
            return ""
        return written_request_id(self.request_id or self.id)

    @property
    def completed_at(self) -> datetime | None:
        """When the outcome became known; None while it is open."""
        return self.updated_at if self.status in COMPLETED else None
