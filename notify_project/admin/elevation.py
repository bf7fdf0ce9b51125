"""Grave acts: a password or a second factor must have been shown a short while ago."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from notify_project import clock

View = TypeVar("View", bound=Callable[..., Any])
NOT_YET: Final = "Nothing has been done yet. Show that it is you, then fill in the form once more."


# Of the time that is left when a form is shown: it is not filled in in vain.
_TO_FILL_IN: Final = 5 * 60


def is_elevated(request: HttpRequest) -> bool:
    """Tell whether the person showed who they are within the last quarter of an hour.

    A page that is only shown wants it to be a few minutes less, so that its form comes in time.
    """
    records = get_authentication_records(request, cast("Any", request.user))
    if not records:
        # Nobody came by the page of signing in: only where no second factor is asked for.
        return bool(settings.ADMIN_TWO_FACTOR == "optional")
    shown_at = float(records[-1]["at"])
    good_for = settings.ELEVATION_SECONDS - (_TO_FILL_IN if request.method == "GET" else 0)
    return clock.now().timestamp() - shown_at < good_for


def ask_again(request: HttpRequest) -> HttpResponse:
    """Send the person to show who they are, and back to the page; nothing of a form is kept.

    Who had filled one in is told so.

    Raises:
        PermissionDenied: they have neither a password nor a second factor.
    """
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        raise PermissionDenied
    if request.method == "POST":
        messages.warning(request, NOT_YET)
    url = methods[0]["url"]
    return HttpResponseRedirect(f"{url}?{urlencode({'next': request.get_full_path()})}")


def elevated(view: View) -> View:
    """Let a view, or a method of a page, be used only by who has just shown who they are."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        request = next(each for each in args if isinstance(each, HttpRequest))
        if not is_elevated(request):
            return ask_again(request)
        return view(*args, **kwargs)

    return cast("View", asked)
