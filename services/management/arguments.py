"""Services and London days, as people write them behind the options of commands."""

from datetime import date, timedelta
from uuid import UUID

from django.core.management.base import CommandError

from notify_project import clock
from services.models import Service, User


def read_service(text: str) -> Service:
    """Return a service.

    Raises:
        CommandError: it is not written as an id, or there is no such service.
    """
    try:
        service = Service.objects.filter(id=UUID(text)).first()
    except ValueError:
        raise CommandError(f"{text} is not a service's id") from None
    if service is None:
        raise CommandError(f"there is no service {text}")
    return service


def read_person(address: str) -> User:
    """Return a person.

    Raises:
        CommandError: nobody has this address.
    """
    user = User.objects.filter(email_address=address.strip().lower()).first()
    if user is None:
        raise CommandError("there is no person with this address")
    return user


def read_day(text: str) -> date:
    """Return a day.

    Raises:
        CommandError: it is not written as one.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise CommandError(f"{text} is not a day written YYYY-MM-DD")
    return day


def read_past_day(text: str) -> date:
    """Return a day that has begun.

    Raises:
        CommandError: it is not written as one, or has not come yet.
    """
    day = read_day(text)
    if day > clock.london_today():
        raise CommandError(f"{day} has not come yet")
    return day


def read_past_days(first: str, last: str) -> list[date]:
    """Return the days from one to another, both included.

    Raises:
        CommandError: one is not written as a day, has not come yet, or they are the wrong way
            round.
    """
    begin, end = read_past_day(first), read_past_day(last)
    if end < begin:
        raise CommandError("--to is before --from")
    return [begin + timedelta(days=ahead) for ahead in range((end - begin).days + 1)]
