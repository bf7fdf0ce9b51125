"""Rows for providers that came with the code since the last look."""

from django.db import transaction

from notifications.models import ProviderDetails, ProviderDetailsHistory
from notifications.providers.registry import PROVIDERS
from notify_project.constants import NotificationType
from notify_project.versioning import save_versioned
from services.platform_user import platform_user

_BOTH = (NotificationType.SMS, NotificationType.EMAIL)


def missing() -> list[tuple[str, NotificationType]]:
    """Return names and channels of providers that have no row."""
    known = set(ProviderDetails.objects.values_list("identifier", "notification_type"))
    wanted = [
        (name, channel)
        for name, kind in sorted(PROVIDERS.items())
        for channel in ((kind.notification_type,) if kind.notification_type else _BOTH)
    ]
    return [each for each in wanted if each not in known]


@transaction.atomic
def add_missing() -> int:
    """Make a row, switched off, for each provider that has none, and return how many."""
    new = missing()
    for name, channel in new:
        row = ProviderDetails(
            identifier=name,
            display_name=name.replace("_", " ").capitalize(),
            notification_type=channel,
            active=False,
            gives_receipts=PROVIDERS[name].posts_receipts(),
            reason="new provider",
            created_by=platform_user(),
        )
        save_versioned(row, ProviderDetailsHistory)
    return len(new)
