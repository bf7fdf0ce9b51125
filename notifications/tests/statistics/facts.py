"""Rows for the tests of facts."""

from datetime import UTC, datetime

from notifications.models import FactNotificationStatus
from notifications.tests.factories import NotificationFactory


def at(text):
    """Return an instant of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sent(template, *instants, **values):
    """Store a real message of a template at each instant of UTC."""
    return [
        NotificationFactory(template=template, created_at=at(instant), **values)
        for instant in instants
    ]


def facts(**of):
    """Return all facts as plain values, but for when they were counted."""
    names = [
        field.attname
        for field in FactNotificationStatus._meta.concrete_fields
        if field.name not in {"id", "created_at"}
    ]
    return sorted(FactNotificationStatus.objects.filter(**of).values_list(*names), key=str)


def by_status(**of):
    """Return the facts' numbers by status."""
    rows = FactNotificationStatus.objects.filter(**of).values_list("status", "notification_count")
    counts = {}
    for status, count in rows:
        counts[status] = counts.get(status, 0) + count
    return counts
