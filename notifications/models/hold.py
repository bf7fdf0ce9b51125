"""What is held back from being sent, by whom and why, and when it was let go."""

import uuid
from typing import Final, Self

from django.conf import settings
from django.db import models

from notify_project import clock

_ID: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class HoldQuerySet(models.QuerySet["Hold"]):
    """Questions about holds."""

    def active(self) -> Self:
        """Holds that hold."""
        return self.filter(released_at=None)

    def unfinished(self) -> Self:
        """Released ones of which something may still be put away."""
        return self.filter(released_at__isnull=False, emptied_at=None)


class Hold(models.Model):
    """One subject of which nothing is handed to a provider.

    Attributes:
        key: id of the service or template, name of the lane, identifier of the provider.
        service_id: of a service, or a template of it; for its pages and its audit.
        emptied_at: when all that had been put away was given back; workers that knew of the hold
            a moment longer had ended by then.
    """

    class Kind(models.TextChoices):
        """What is held."""

        SERVICE = "service"
        TEMPLATE = "template"
        LANE = "lane"
        PROVIDER = "provider"

    # The name of what is held, where somebody has read it.
    called = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=100)
    service_id = models.UUIDField(null=True)
    reason = models.TextField()
    # Never searched for; people are deactivated, not deleted.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(default=clock.now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    release_reason = models.TextField(default="", blank=True)
    emptied_at = models.DateTimeField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        db_table = "holds"
        permissions = [
            ("hold_sending", "Can hold back what services and templates send, and let it go"),
            ("hold_lanes", "Can hold back what lanes and providers send, and let it go"),
        ]
        constraints = [
            # Also answers what is held just now: it is as small as that.
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(released_at__isnull=True),
                name="uq_holds_active",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["service", "template", "lane", "provider"]),
                name="ck_holds_kind",
            ),
            # Whoever sends reads them as ids.
            models.CheckConstraint(
                condition=models.Q(kind__in=["lane", "provider"]) | models.Q(key__regex=_ID),
                name="ck_holds_key",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=False) | models.Q(emptied_at__isnull=True),
                name="ck_holds_emptied",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="ix_holds_newest"),
            # Of which may something still be put away?
            models.Index(
                fields=["released_at"],
                condition=models.Q(released_at__isnull=False, emptied_at__isnull=True),
                name="ix_holds_unfinished",
            ),
        ]

    def __str__(self) -> str:
        subject = f"{self.get_kind_display()} {self.called}".strip()
        return f"{subject}, held since {clock.london_words(self.created_at)}"

    @property
    def state(self) -> str:
        """Return how it stands, in a word."""
        if self.released_at is None:
            return "held"
        return "released" if self.emptied_at else "coming back"
