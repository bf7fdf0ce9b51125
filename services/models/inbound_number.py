"""Numbers that people can text to."""

import uuid
from typing import Self

from django.db import models

from notify_project import clock
from services.models.service import Service

# Source: the domain model, inbound numbers.
NUMBER = r"^07[0-9]{9}$"


class InboundNumberQuerySet(models.QuerySet["InboundNumber"]):
    """Questions about numbers."""

    def free(self) -> Self:
        """Those that a service can be given."""
        return self.filter(service=None, active=True)

    def taken(self) -> Self:
        """Those that a service has."""
        return self.exclude(service=None)

    def archived(self) -> Self:
        """Those that were given up."""
        return self.filter(active=False)


class InboundNumber(models.Model):
    """A number of the platform; what is texted to it belongs to the service that has it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=11, unique=True)
    provider = models.CharField(max_length=50, help_text="Who hands on what is texted to it.")
    service = models.OneToOneField(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="inbound_number"
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(null=True, blank=True)

    objects = InboundNumberQuerySet.as_manager()

    class Meta:
        db_table = "inbound_numbers"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=NUMBER), name="ck_inbound_numbers_number"
            ),
            models.CheckConstraint(
                condition=~models.Q(provider=""), name="ck_inbound_numbers_provider"
            ),
            # A number that is not ours any more has no service.
            models.CheckConstraint(
                condition=models.Q(active=True) | models.Q(service=None),
                name="ck_inbound_numbers_archived",
            ),
        ]

    def __str__(self) -> str:
        return self.number
