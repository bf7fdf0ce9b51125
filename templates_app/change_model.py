"""Changes of templates that are proposed, looked at and published."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from notify_project import clock
from services.models import Service

MAX_NOTE = 1000


class TemplateChange(models.Model):
    """One proposed change: from a draft to a version, or to an end without one."""

    class Kind(models.TextChoices):
        """What becomes of the template."""

        CREATE = "create"
        UPDATE = "update"
        ARCHIVE = "archive"

    class State(models.TextChoices):
        """How far the change has come; the last four are ends."""

        DRAFT = "draft"
        IN_REVIEW = "in-review"
        APPROVED = "approved", "Approved, waits for its start"
        PUBLISHED = "published"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        OUTDATED = "outdated", "Outdated: the template changed meanwhile"

    OPEN = (State.DRAFT, State.IN_REVIEW, State.APPROVED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # Null until a template that the change creates is there.
    template = models.ForeignKey(
        "templates_app.Template",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    base_version = models.PositiveIntegerField(
        null=True, help_text="The version that the author changed."
    )
    proposed = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="Fields with their new values."
    )
    note = models.TextField(default="", blank=True, help_text="Of the author, for the reviewer.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    writer_ids = ArrayField(
        models.UUIDField(), default=list, help_text="Everyone who wrote some of it."
    )
    from_file = models.BooleanField(
        default=False, help_text="Whoever runs the installation declared it in a file."
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    review_note = models.TextField(default="", blank=True)
    starts_at = models.DateTimeField(
        null=True, blank=True, help_text="When it is published; as soon as it may be, if not set."
    )
    created_at = models.DateTimeField(default=clock.now)
    submitted_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published_version = models.PositiveIntegerField(null=True)
    updated_at = models.DateTimeField(default=clock.now, help_text="When its state changed last.")

    class Meta:
        db_table = "template_changes"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="create", base_version__isnull=True)
                | models.Q(
                    kind__in=["update", "archive"],
                    base_version__isnull=False,
                    template__isnull=False,
                ),
                name="ck_template_changes_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "draft",
                        "in-review",
                        "approved",
                        "refused",
                        "withdrawn",
                        "outdated",
                    ],
                    published_at__isnull=True,
                    published_version__isnull=True,
                )
                | models.Q(
                    state="published",
                    published_at__isnull=False,
                    published_version__isnull=False,
                    template__isnull=False,
                ),
                name="ck_template_changes_state",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "created_at", "id"], name="ix_template_changes_list"),
            models.Index(
                fields=["starts_at", "id"],
                condition=models.Q(state="approved"),
                name="ix_template_changes_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def name(self) -> str:
        """Return what the template is called, or would be."""
        name = self.proposed.get("name")
        return name or (self.template.name if self.template else "")
