"""Looks for people, and their erasure: what was done and why, never of whom."""

import uuid

from django.conf import settings
from django.db import models

from notify_project import clock


class PersonRequest(models.Model):
    """One look for a person, or one erasure.

    Attributes:
        digests: keyed, one for each recipient that was asked for, in order.
        counts: what was found or erased, by store; it grows while an erasure goes on.
    """

    class Kind(models.TextChoices):
        """What was done."""

        FIND = "find"
        ERASE = "erase"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    digests = models.JSONField()
    case_reference = models.CharField(max_length=100, default="", blank=True)
    reason = models.TextField(default="", blank=True)
    # Never searched for; people are deactivated, not deleted.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "person_requests"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["find", "erase"]), name="ck_person_requests_kind"
            ),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="ix_person_requests_newest")]

    def __str__(self) -> str:
        done = "erased" if self.kind == self.Kind.ERASE else "looked for"
        return f"person {done} on {clock.london_words(self.created_at)}"
