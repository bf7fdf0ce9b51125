"""Brandings: whose logo emails and letters show."""

import uuid

from django.db import models

from notify_project import clock


class EmailBranding(models.Model):
    """A logo with the text beside it, or with what stands for it where pictures are not shown."""

    class Kind(models.TextChoices):
        """How emails show the brand. Source: the API contract, branding."""

        ORG = "org", "Logo, without the platform's banner"
        BOTH = "both", "Logo below the platform's banner"
        ORG_BANNER = "org_banner", "Bar instead of the platform's banner"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    brand_type = models.CharField(max_length=10, choices=Kind, default=Kind.ORG)
    colour = models.CharField(  # noqa: DJ001 - absent is not empty
        max_length=7, null=True, blank=True, help_text="#rrggbb: the bar, or the rule at the logo."
    )
    logo = models.CharField(max_length=70, null=True, blank=True, editable=False)  # noqa: DJ001 - absent is not empty
    text = models.CharField(  # noqa: DJ001 - absent is not empty
        max_length=255, null=True, blank=True, help_text="Shown beside the logo."
    )
    alt_text = models.CharField(  # noqa: DJ001 - absent is not empty
        max_length=255, null=True, blank=True, help_text="What a logo without text beside it says."
    )
    active = models.BooleanField(default=True, help_text="May be chosen for more services.")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "email_branding"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(brand_type__in=["org", "both", "org_banner"]),
                name="ck_email_branding_type",
            ),
            models.CheckConstraint(
                condition=models.Q(colour__isnull=True) | models.Q(colour__regex="^#[0-9a-f]{6}$"),
                name="ck_email_branding_colour",
            ),
            models.CheckConstraint(
                condition=models.Q(logo__isnull=True)
                | models.Q(logo__regex="^[0-9a-f]{64}[.](gif|jpg|png)$"),
                name="ck_email_branding_logo",
            ),
            models.CheckConstraint(
                # A comparison with null alone would let a row without either pass.
                condition=models.Q(text__isnull=False, text__gt="", alt_text__isnull=True)
                | models.Q(text__isnull=True, alt_text__isnull=False, alt_text__gt=""),
                name="ck_email_branding_one_text",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LetterBranding(models.Model):
    """A logo at the top of the first page of letters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    filename = models.CharField(max_length=70, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "letter_branding"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(filename__regex="^[0-9a-f]{64}[.]png$"),
                name="ck_letter_branding_filename",
            ),
            models.CheckConstraint(condition=models.Q(name__gt=""), name="ck_letter_branding_name"),
        ]

    def __str__(self) -> str:
        return self.name
