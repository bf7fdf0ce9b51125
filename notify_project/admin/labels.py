"""A script that names what the pages' library leaves without a name."""

from django.http import HttpRequest
from django.templatetags.static import static


def script(_: HttpRequest) -> str:
    """Return the address of the script."""
    return static("notify_project/labels.js")
