"""Where else a person may be: guests of services, and people with an account here."""

from typing import Any

from notifications.support.person import Person
from notifications.support.running import Erasing
from services.guest_list import remove_guests
from services.models import ServiceGuestList, User

GUESTS, ACCOUNTS = "guests", "accounts"


def find_guests(person: Person) -> list[ServiceGuestList]:
    """Return the entries of guest lists; there are ten for a service at most."""
    guests = ServiceGuestList.objects.iterator()
    return [row for row in guests if person.is_recipient(row.recipient)]


def find_accounts(person: Person) -> list[User]:
    """Return the people with an account who have one of the recipients."""
    found = list(User.objects.filter(email_address__in=person.emails))
    if person.numbers:
        others = User.objects.exclude(mobile_number=None).exclude(id__in=[row.id for row in found])
        found += [row for row in others.iterator() if person.is_recipient(row.mobile_number or "")]
    return found


def shown_guest(row: ServiceGuestList) -> dict[str, Any]:
    """Return a guest as an export has them."""
    return {
        "service_id": row.service_id,
        "recipient": row.recipient,
        "created_at": row.created_at,
    }


def shown_account(row: User) -> dict[str, Any]:
    """Return what tells an account from others."""
    return {"id": row.id, "state": row.state, "platform_admin": row.platform_admin}


def erase_guests(erasing: Erasing) -> None:
    """Take a person off guest lists."""
    guests = find_guests(erasing.person)
    for service_id in {row.service_id for row in guests}:
        recipients = [row.recipient for row in guests if row.service_id == service_id]
        erasing.count(GUESTS, remove_guests(service_id, recipients, actor=erasing.actor))
