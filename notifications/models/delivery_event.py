"""What went other than straight: attempts that failed, and receipts that brought no delivery."""

from django.db import models

# So many are kept of a message: a provider that repeats itself for days fills no table.
MAX_EVENTS = 100
MAX_RAW_CHARACTERS = 500
MAX_CODE_CHARACTERS = 50


class DeliveryEvent(models.Model):
    """One answer of a provider about one message, without anything personal.

    An attempt that the provider took at once, and a receipt that says delivered, leave none: the
    message's own columns tell of them. Removed with the message.
    """

    class Kind(models.TextChoices):
        """Whose answer it is."""

        ATTEMPT = "attempt"
        RECEIPT = "receipt"

    class Attempt(models.TextChoices):
        """How an attempt ended that the provider did not take; a receipt's is a status."""

        NOT_TAKEN = "not-taken"
        THROTTLED = "throttled"
        UNKNOWN = "unknown"
        REFUSED = "refused"
        RECIPIENT_REFUSED = "recipient-refused"
        NO_PROVIDER = "no-provider"
        NOT_PREPARED = "not-prepared"

    id = models.BigAutoField(primary_key=True)
    # No foreign key, which each insert would have to look up.
    notification_id = models.UUIDField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind)
    attempt = models.PositiveSmallIntegerField(null=True, help_text="Its number, from 1.")
    provider = models.CharField(max_length=50, default="", blank=True)
    outcome = models.CharField(max_length=50, help_text="Our reading of the answer.")
    code = models.CharField(max_length=MAX_CODE_CHARACTERS, default="", blank=True)
    raw = models.CharField(
        max_length=MAX_RAW_CHARACTERS,
        default="",
        blank=True,
        help_text="The answer as it came, without what is the recipient's.",
    )
    duration_ms = models.PositiveIntegerField(null=True)
    is_applied = models.BooleanField(help_text="Off: it came late, or twice, and changed nothing.")

    class Meta:
        db_table = "delivery_events"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["attempt", "receipt"]), name="ck_delivery_events_kind"
            ),
        ]
        indexes = [
            # What happened to a message, in order?
            models.Index(fields=["notification_id", "at"], name="ix_delivery_events_message"),
            # What did a provider not take, and when?
            models.Index(
                fields=["provider", "at", "id"],
                condition=models.Q(kind="attempt"),
                name="ix_delivery_events_not_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.notification_id}: {self.outcome}"
