"""The printer of this installation."""

from typing import Any

from django.db.models import Exists, Q

from notifications.lifecycle.held import Held, read_held
from notifications.models import ProviderDetails
from notifications.providers.base import Printer
from notifications.providers.registry import PROVIDERS, provider
from notify_project.constants import NotificationType


class NoPrinter(Exception):
    """No printer is switched on, or one that is not installed."""


def active_printer() -> Printer[Any]:
    """Return the printer that is switched on; of several, the one with the highest weight.

    One that is held is passed over; where all are, what is planned for it waits.

    Raises:
        NoPrinter: there is none; letters wait for it.
    """
    rows = ProviderDetails.objects.filter(notification_type=NotificationType.LETTER, active=True)
    held = read_held().providers
    by_weight = list(rows.order_by("-priority", "identifier"))
    if not by_weight:
        raise NoPrinter("no printer is active")
    unheld = [row for row in by_weight if row.identifier not in held]
    return printer_named((unheld or by_weight)[0].identifier)


def all_are_held(held: Held) -> Q:
    """Return the condition that whatever could be printed waits for the release of a printer."""
    active = ProviderDetails.objects.filter(notification_type=NotificationType.LETTER, active=True)
    others = active.exclude(identifier__in=held.providers)
    return Q(Exists(active), ~Exists(others))


def is_active(name: str) -> bool:
    """Say whether a printer is switched on."""
    rows = ProviderDetails.objects.filter(notification_type=NotificationType.LETTER, active=True)
    return rows.filter(identifier=name).exists()


def printer_named(name: str) -> Printer[Any]:
    """Return a printer, active or not.

    Raises:
        NoPrinter: no printer has that name.
    """
    if not issubclass(PROVIDERS.get(name, object), Printer):
        raise NoPrinter(f"{name} is no printer")
    found = provider(name)
    assert isinstance(found, Printer)  # noqa: S101 - asked above
    return found
