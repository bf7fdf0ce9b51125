"""What every page of the admin site has: its style, and the name of the installation."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

# The theme's words for colours.
_CAREFUL: Final = "danger"
_AT_EASE: Final = "info"


def style(_: HttpRequest) -> str:
    """Return the address of what the pages' own styles are in."""
    return static("notify_project/admin.css")


def environment(_: HttpRequest) -> list[str] | None:
    """Return the installation's name and the colour of its label; the real one stands out."""
    name = settings.ENVIRONMENT_NAME
    if not name:
        return None
    return [name, _CAREFUL if name.lower().startswith(("prod", "live")) else _AT_EASE]
