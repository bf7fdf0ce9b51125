"""Tokens with which people use the management API from their own programs."""

import uuid

from django.conf import settings
from django.db import models

from notify_project import clock
from services.models.service import Service


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    """Tokens, by what may be done with them."""

    def usable(self) -> "PersonalTokenQuerySet":
        """Return those that are neither revoked nor too old, of people who may sign in."""
        now = clock.now()
        return self.filter(revoked_at=None, expires_at__gt=now, user__state="active")


class PersonalToken(models.Model):
    """A token of a person; it may do what the person may, or less."""

    class Scope(models.TextChoices):
        """How much of what the person may do."""

        READ = "read"
        WRITE = "write"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="personal_tokens"
    )
    name = models.CharField(max_length=255)
    # The token itself is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.READ)
    service = models.ForeignKey(
        Service,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The only service it opens; without one, all that the person may use.",
    )
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        db_table = "personal_tokens"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="uq_personal_tokens_name",
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["read", "write"]), name="ck_personal_tokens_scope"
            ),
        ]

    def __str__(self) -> str:
        return self.name
