"""What is recorded of letters besides their rows: checks, print batches, those that came back."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from notify_project import clock
from services.models import Service


class LetterCheck(models.Model):
    """What was found in a letter that came as a PDF; removed with its notification."""

    notification_id = models.UUIDField(primary_key=True)
    # Null: no scanner is configured, and nobody has looked for viruses.
    is_clean = models.BooleanField(null=True)
    message = models.CharField(
        max_length=50, default="", blank=True, help_text="Why it is refused; empty: it is not."
    )
    invalid_pages = ArrayField(
        models.PositiveSmallIntegerField(), default=list, help_text="From 1."
    )
    page_count = models.PositiveIntegerField(null=True, help_text="Null: it cannot be read.")
    checked_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "letter_checks"

    def __str__(self) -> str:
        return f"check of {self.notification_id}: {self.message or 'good'}"


class LetterPrintBatch(models.Model):
    """Letters that are handed over to the printer together, recorded before anything leaves."""

    class State(models.TextChoices):
        """How far the hand-over has come. Source: the life of a letter, print batches."""

        PLANNED = "planned"
        UPLOADING = "uploading"
        UPLOADED = "uploaded"
        ACKNOWLEDGED = "acknowledged"
        # Whether the printer has it cannot be known: a person decides.
        UNCLEAR = "unclear"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.CharField(max_length=50)
    # Of a printer that takes files; one that takes letters singly knows no batches.
    file_name = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - unique
    print_day = models.DateField()
    postage = models.CharField(max_length=20, default="", blank=True)
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    letter_count = models.PositiveIntegerField()
    sheet_count = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    uploaded_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    # Of a file: written before it gets its final name, which cannot be taken back.
    offered_attempt = models.PositiveSmallIntegerField(
        null=True, help_text="By which attempt the printer may have it; empty: it cannot have it."
    )
    byte_count = models.PositiveBigIntegerField(null=True, help_text="Of the file offered.")

    class Meta:
        db_table = "letter_print_batches"
        verbose_name_plural = "letter print batches"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "planned",
                        "uploading",
                        "uploaded",
                        "acknowledged",
                        "unclear",
                        "failed",
                    ]
                ),
                name="ck_letter_print_batches_state",
            )
        ]
        indexes = [
            # Which batches wait for a worker, or for a person?
            models.Index(
                fields=["state", "created_at", "id"],
                condition=models.Q(state__in=["planned", "uploading", "unclear"]),
                name="ix_print_batches_open",
            ),
            # What was uploaded on a day?
            models.Index(fields=["print_day", "id"], name="ix_print_batches_day"),
        ]

    def __str__(self) -> str:
        return self.file_name or f"print batch of {self.print_day:%-d %B %Y}"


class LetterPrintEntry(models.Model):
    """One letter of one batch."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(
        LetterPrintBatch, on_delete=models.CASCADE, related_name="entries", db_index=False
    )
    # The letter's row may be gone while its batch is kept.
    notification_id = models.UUIDField()
    reference = models.CharField(max_length=16)

    class Meta:
        db_table = "letter_print_entries"
        verbose_name_plural = "letter print entries"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "notification_id"], name="uq_print_entries_letter"
            )
        ]
        indexes = [
            # Was a letter planned before?
            models.Index(fields=["notification_id"], name="ix_print_entries_letter"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} in {self.batch_id}"


class RejectedPrintJob(models.Model):
    """A job that a printer has refused after it had taken it; its id is not used again."""

    job_id = models.UUIDField(primary_key=True)
    notification_id = models.UUIDField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "rejected_print_jobs"
        indexes = [
            # How often was a letter refused?
            models.Index(fields=["notification_id"], name="ix_rejected_jobs_letter"),
            models.Index(fields=["created_at"], name="ix_rejected_jobs_created"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} of letter {self.notification_id}"


class ReturnedLetter(models.Model):
    """A letter that came back; its notification may be gone."""

    id = models.BigAutoField(primary_key=True)
    notification_id = models.UUIDField(unique=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    reported_at = models.DateField(help_text="Day in London.")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "returned_letters"
        indexes = [
            # What came back to a service, by day?
            models.Index(fields=["service", "reported_at", "id"], name="ix_returned_letters_day"),
        ]

    def __str__(self) -> str:
        return f"letter that came back, reported on {self.reported_at:%-d %B %Y}"


class DailySortedLetter(models.Model):
    """How many letters one of the printer's files says were posted sorted, and how many not."""

    id = models.BigAutoField(primary_key=True)
    billing_day = models.DateField(help_text="Day in London.")
    file_name = models.CharField(max_length=200)
    sorted_count = models.PositiveIntegerField()
    unsorted_count = models.PositiveIntegerField()
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "daily_sorted_letters"
        constraints = [
            # The same file once more replaces its counts. Read by day, for its bill.
            models.UniqueConstraint(
                fields=["billing_day", "file_name"], name="uq_daily_sorted_letters_file"
            )
        ]

    def __str__(self) -> str:
        return self.file_name
