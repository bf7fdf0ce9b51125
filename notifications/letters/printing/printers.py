"""The printer of this installation."""

from typing import Any

from notifications.models import ProviderDetails
from notifications.providers.base import Printer
from notifications.providers.registry import PROVIDERS, provider
from notify_project.constants import NotificationType


class NoPrinter(Exception):
    """No printer is switched on, or one that is not installed."""


def active_printer() -> Printer[Any]:
    """Return the printer that is switched on; of several, the one with the highest weight.

    Raises:
        NoPrinter: there is none; letters wait for it.
    """
    rows = ProviderDetails.objects.filter(notification_type=NotificationType.LETTER, active=True)
    row = rows.order_by("-priority", "identifier").first()
    if row is None:
        raise NoPrinter("no printer is active")
    return printer_named(row.identifier)


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
