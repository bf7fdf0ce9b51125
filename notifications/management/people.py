"""What the commands about a person share: whom, why and for whom, from arguments or a pipe."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError

from notifications.support.find import NAMES, NOT_SEARCHED, Found
from notifications.support.person import NotSearchable, Person, read_person
from services.models import User

WHOM = (
    "A recipient is an email address or a phone number in any spelling, or a postal address: one "
    "line of it or more, commas between them, and its postcode, or its country if it is abroad. "
    "Whoever else lives at an address is found, too, unless the name is given as its first line."
)
SEARCHED = f"Not searched: {'; '.join(NOT_SEARCHED)}."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments that both commands have."""
    parser.add_argument(
        "recipients",
        nargs="+",
        metavar="RECIPIENT",
        help='such as "07700 900123"; - reads them from standard input, one a line, which keeps '
        "them out of the shell's history and the list of processes",
    )
    parser.add_argument(
        "--reason", required=True, help="why; it is kept, so it must not name the person"
    )
    parser.add_argument(
        "--by", metavar="EMAIL", help="who asked for it, of the support staff; for the audit"
    )


def read(recipients: Iterable[str]) -> Person:
    """Return whom the arguments name.

    Raises:
        CommandError: one cannot be looked for.
    """
    texts = [text for each in recipients for text in (_lines() if each == "-" else [each])]
    try:
        return read_person(texts)
    except NotSearchable as error:
        raise CommandError(error.message) from None


def read_actor(email: str | None) -> User | None:
    """Return the member of the support staff behind an option.

    Raises:
        CommandError: there is none with this address.
    """
    if email is None:
        return None
    staff = User.objects.filter(platform_admin=True, state=User.State.ACTIVE)
    user = staff.filter(email_address=email.strip().lower()).first()
    if user is None:
        raise CommandError("--by is nobody of the support staff", returncode=2)
    return user


def _lines() -> list[str]:
    return [line.strip() for line in sys.stdin if line.strip()]


def listed(found: Found) -> list[str]:
    """Return what was found as lines, without anything personal."""
    lines = [f"{found.counts[store]:>8,} {name}" for store, name in NAMES.items()]
    if found.digests:
        lines.append(f"{found.digests:>8,} digests that keep protecting someone who was erased")
    if found.unreadable:
        lines.append(
            f"{found.unreadable:>8,} messages in Redis that no key of now decrypts: nobody can "
            "tell to whom they go"
        )
    return [*lines, *_accounts(found.items["accounts"])]


def _accounts(items: list[dict[str, Any]]) -> list[str]:
    return [
        f"Account {each['id']} is {each['state']}; accounts are not erased: change or deactivate "
        "it on the admin site"
        for each in items
    ]
