"""Templates, their versions and their folders."""

import uuid

from django.conf import settings
from django.db import models

from notify_project import clock
from notify_project.constants import NotificationType, ProcessType
from notify_project.versioning import HistoryRow, Versioned
from services.models import Service, ServiceLetterContact
from templates_app.change_model import TemplateChange

__all__ = [
    "LetterAttachment",
    "LetterLanguages",
    "Template",
    "TemplateChange",
    "TemplateColumns",
    "TemplateFolder",
    "TemplateHistory",
    "TemplateRedacted",
]


class LetterLanguages(models.TextChoices):
    """What a letter is written in. Source: the API contract, fields of templates."""

    ENGLISH = "english", "English only"
    WELSH_THEN_ENGLISH = "welsh_then_english", "Welsh, then English"


class LetterAttachment(models.Model):
    """A PDF that follows the pages of letters from a template."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    original_filename = models.CharField(max_length=255)
    page_count = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    archived_at = models.DateTimeField(null=True)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        db_table = "letter_attachment"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(page_count__range=(1, 10)), name="ck_letter_attachment_pages"
            )
        ]

    def __str__(self) -> str:
        return self.original_filename


class TemplateFolder(models.Model):
    """A folder of a service's templates, in a tree; the database keeps each tree in one service."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    # Without a constraint of its own: one over folder and service together stands in for it.
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )

    class Meta:
        db_table = "template_folder"
        constraints = [
            models.UniqueConstraint(fields=["id", "service"], name="uq_template_folder_service"),
            models.CheckConstraint(condition=~models.Q(name=""), name="ck_template_folder_name"),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="ck_template_folder_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateColumns(models.Model):
    """What a template and each of its versions hold."""

    name = models.CharField(max_length=255)
    template_type = models.CharField(max_length=10, choices=NotificationType)
    content = models.TextField()
    subject = models.TextField(null=True, blank=True)  # noqa: DJ001 - null for text messages
    process_type = models.CharField(
        max_length=10,
        choices=ProcessType,
        default=ProcessType.NORMAL,
        db_default=ProcessType.NORMAL.value,
    )
    postage = models.CharField(max_length=20, null=True, blank=True)  # noqa: DJ001 - letters only
    has_unsubscribe_link = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Emails end with a link to unsubscribe, and mail programs offer a button.",
    )
    letter_languages = models.CharField(  # noqa: DJ001 - letters only
        max_length=20, choices=LetterLanguages, null=True, blank=True
    )
    letter_welsh_subject = models.TextField(null=True, blank=True)  # noqa: DJ001 - absent is not empty
    letter_welsh_content = models.TextField(null=True, blank=True)  # noqa: DJ001 - absent is not empty
    archived = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


def _template_checks(table: str) -> list[models.BaseConstraint]:
    """Return the checks that hold for a template and for each of its versions."""
    letter = models.Q(template_type="letter")
    return [
        models.CheckConstraint(
            condition=models.Q(template_type__in=["email", "sms", "letter"]),
            name=f"ck_{table}_type",
        ),
        models.CheckConstraint(
            condition=models.Q(process_type__in=["normal", "priority"]),
            name=f"ck_{table}_process_type",
        ),
        models.CheckConstraint(
            condition=(letter & models.Q(postage__isnull=False))
            | (~letter & models.Q(postage__isnull=True)),
            name=f"ck_{table}_postage",
        ),
        models.CheckConstraint(
            condition=models.Q(template_type="sms", subject__isnull=True)
            | (~models.Q(template_type="sms") & models.Q(subject__isnull=False)),
            name=f"ck_{table}_subject",
        ),
        models.CheckConstraint(
            condition=models.Q(template_type="email") | models.Q(has_unsubscribe_link=False),
            name=f"ck_{table}_unsubscribe",
        ),
        models.CheckConstraint(
            condition=models.Q(
                template_type="letter",
                letter_languages__isnull=False,
                letter_languages__in=["english", "welsh_then_english"],
            )
            | (~letter & models.Q(letter_languages__isnull=True)),
            name=f"ck_{table}_languages",
        ),
        models.CheckConstraint(
            condition=models.Q(
                letter_languages__isnull=False,
                letter_languages="welsh_then_english",
                letter_welsh_subject__isnull=False,
                letter_welsh_content__isnull=False,
            )
            | models.Q(
                models.Q(letter_languages__isnull=True) | models.Q(letter_languages="english"),
                letter_welsh_subject__isnull=True,
                letter_welsh_content__isnull=True,
            ),
            name=f"ck_{table}_welsh",
        ),
    ]


class Template(TemplateColumns, Versioned):
    """A message with placeholders; the row equals its newest version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # One that is archived counts as none: the row goes on being equal to its newest version.
    service_letter_contact = models.ForeignKey(
        ServiceLetterContact, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    letter_attachment = models.ForeignKey(
        LetterAttachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # No part of a version. The database checks that the folder is of the same service.
    folder = models.ForeignKey(
        TemplateFolder,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="templates",
        db_constraint=False,
    )

    class Meta:
        db_table = "templates"
        constraints = [
            *_template_checks("templates"),
            models.UniqueConstraint(
                fields=["service"],
                condition=models.Q(hidden=True, template_type="letter"),
                name="uq_templates_hidden_letter",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateHistory(TemplateColumns, HistoryRow):
    """One version of a template."""

    service_id = models.UUIDField()
    created_by_id = models.UUIDField(null=True)
    service_letter_contact_id = models.UUIDField(null=True)
    letter_attachment_id = models.UUIDField(null=True)

    class Meta:
        db_table = "templates_history"
        verbose_name = "template version"
        constraints = [
            *_template_checks("templates_history"),
            models.UniqueConstraint(fields=["id", "version"], name="uq_templates_history_version"),
        ]
        indexes = [models.Index(fields=["service_id"], name="ix_templates_history_service")]

    def __str__(self) -> str:
        return f"{self.name} version {self.version}"


class TemplateRedacted(models.Model):
    """Whether people see a template's messages without their values; once on it stays on."""

    template = models.OneToOneField(
        Template, on_delete=models.CASCADE, primary_key=True, related_name="redaction"
    )
    redact_personalisation = models.BooleanField(default=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "template_redacted"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(redact_personalisation=False)
                | models.Q(updated_by__isnull=False),
                name="ck_template_redacted_author",
            )
        ]

    def __str__(self) -> str:
        return f"redaction of {self.template_id}"
