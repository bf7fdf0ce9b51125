"""Versioned models: every change is a new, permanent row of a history table."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from notify_project import clock


class Versioned(models.Model):
    """A live row with a version; ``History`` names the twin that keeps all versions."""

    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class HistoryRow(models.Model):
    """A full copy of one version. Append-only: the database refuses anything else."""

    history_id = models.BigAutoField(primary_key=True)
    id = models.UUIDField()
    version = models.PositiveIntegerField()
    updated_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


AnyVersioned = TypeVar("AnyVersioned", bound=Versioned)


def save_versioned(
    row: AnyVersioned, history: type[HistoryRow], **changed_by: UUID
) -> AnyVersioned:
    """Save a new or changed row as its next version, with its copy in the history table.

    Args:
        row: the live row, already changed.
        history: the model of its versions.
        changed_by: columns of the history row that differ from the live row, such as the author.
    """
    with transaction.atomic():
        row.version += 1
        if row.version > 1:
            row.updated_at = clock.now()
        row.save(force_insert=row.version == 1)
        history.objects.create(**{**_columns(row, history), **changed_by})  # type: ignore[attr-defined]  # abstract
    return row


def _columns(row: Versioned, history: type[HistoryRow]) -> dict[str, Any]:
    fields = history._meta.concrete_fields  # noqa: SLF001 - Django's public Meta
    names = [field.attname for field in fields if field.attname != "history_id"]
    return {name: getattr(row, name) for name in names if hasattr(row, name)}
