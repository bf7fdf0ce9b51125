"""Organisations, which own services."""

import uuid

from django.db import models

from notify_project import clock


class Organisation(models.Model):
    """A body that runs services."""

    class Kind(models.TextChoices):
        """Decides the free allowance of its services."""

        CENTRAL = "central"
        LOCAL = "local"
        NHS_CENTRAL = "nhs_central"
        NHS_LOCAL = "nhs_local"
        NHS_GP = "nhs_gp"
        EMERGENCY_SERVICE = "emergency_service"
        SCHOOL_OR_COLLEGE = "school_or_college"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255, unique=True)
    active = models.BooleanField(default=True)
    organisation_type = models.CharField(max_length=30, choices=Kind, default=Kind.OTHER)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "organisation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    organisation_type__in=[
                        "central",
                        "local",
                        "nhs_central",
                        "nhs_local",
                        "nhs_gp",
                        "emergency_service",
                        "school_or_college",
                        "other",
                    ]
                ),
                name="ck_organisation_type",
            ),
        ]

    def __str__(self) -> str:
        return self.name
