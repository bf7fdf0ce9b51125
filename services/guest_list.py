"""Who outside the team may be written to in trial mode and with team keys."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from notify_project import audit
from notify_project.api.errors import ApiError
from notify_project.recipients.email import InvalidEmail, clean_email, parse_email
from notify_project.recipients.phone import InvalidPhone, clean_phone, parse_phone
from services.models import Service, ServiceGuestList, User
from services.read_models import forget_service

# Source: the domain model, guest list.
MOST_OF_A_KIND = 5


class InvalidGuestList(ApiError):
    """A list that cannot be saved; the old one stays."""


def replace_guest_list(service: Service, recipients: Iterable[str], *, actor: User | None) -> bool:
    """Replace the whole list, and return whether it differs from the old one.

    Raises:
        InvalidGuestList: an entry is no address or number, or there are too many.
    """
    wanted = {_entry(recipient) for recipient in recipients}
    for kind in ServiceGuestList.Kind:
        if sum(entry_kind == kind for entry_kind, _ in wanted) > MOST_OF_A_KIND:
            raise InvalidGuestList(f"At most {MOST_OF_A_KIND} guests of each kind: {kind.value}")
    with transaction.atomic():
        Service.objects.select_for_update(no_key=True).get(id=service.id)
        rows = ServiceGuestList.objects.filter(service=service)
        held = set(rows.values_list("recipient_type", "recipient"))
        if held == wanted:
            return False
        rows.delete()
        ServiceGuestList.objects.bulk_create(
            ServiceGuestList(service=service, recipient_type=kind, recipient=recipient)
            for kind, recipient in sorted(wanted)
        )
        # Counts only: guests are people.
        audit.record(
            "replace guest list",
            service,
            actor=actor,
            service_id=service.id,
            before={"guests": len(held)},
            after={"guests": len(wanted)},
        )
        forget_service(service.id)
    return True


def remove_guests(service_id: UUID, recipients: Iterable[str], *, actor: User | None) -> int:
    """Take guests off a service's list, as they are written there, and return how many were."""
    with transaction.atomic():
        service = Service.objects.select_for_update(no_key=True).get(id=service_id)
        rows = ServiceGuestList.objects.filter(service=service)
        held = rows.count()
        removed, _ = rows.filter(recipient__in=list(recipients)).delete()
        if removed:
            audit.record(
                "remove guests",
                service,
                actor=actor,
                service_id=service.id,
                before={"guests": held},
                after={"guests": held - removed},
            )
            forget_service(service.id)
    return removed


def _entry(recipient: str) -> tuple[str, str]:
    if "@" in recipient:
        try:
            parse_email(recipient)
        except InvalidEmail as error:
            raise InvalidGuestList(f"{recipient}: {error}") from error
        return ServiceGuestList.Kind.EMAIL.value, clean_email(recipient)
    try:
        parse_phone(recipient)
    except InvalidPhone as error:
        raise InvalidGuestList(f"{recipient}: {error.message}") from error
    return ServiceGuestList.Kind.MOBILE.value, clean_phone(recipient)
