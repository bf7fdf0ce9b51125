"""The platform's own user: who did what nobody asked for."""

from uuid import UUID

from services.models import User

PLATFORM_USER_ID = UUID("6af522d0-2915-4e52-83a3-3690455a5fe6")


def platform_user() -> User:
    """Return the platform's user, who cannot sign in; the first call creates it."""
    row, _ = User.objects.get_or_create(
        id=PLATFORM_USER_ID,
        defaults={
            "name": "Notify",
            # A name that no address can have in a real network. Source: RFC 2606.
            "email_address": f"{PLATFORM_USER_ID}@platform.invalid",
            "password": "!",
            "state": User.State.INACTIVE,
        },
    )
    return row
