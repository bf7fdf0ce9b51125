"""The page that the link at the end of an email leads to: one question, one button."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.unsubscribe.links import InvalidLink, Link, read_link
from notifications.unsubscribe.requests import find_email, unsubscribe
from notify_project.api.schema import parse_uuid


# The link is the only credential, so there is no session that another site could misuse.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, notification_id: str, token: str) -> HttpResponse:
    """Ask, and on the button's press unsubscribe: programs that follow links must not."""
    try:
        link = _link(notification_id, token)
        email = find_email(link)
        if request.method == "POST":
            unsubscribe(link)
    except InvalidLink:
        return _page(request, "invalid", {}, status=404)
    shown = {"service": email.service.name, "address": masked(link.address)}
    return _page(request, "done" if request.method == "POST" else "confirm", shown)


def masked(address: str) -> str:
    """Return an address as its owner, but nobody to whom the email was forwarded, knows it."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


def _link(notification_id: str, token: str) -> Link:
    found = parse_uuid(notification_id)
    if found is None:
        raise InvalidLink
    return read_link(found, token)


def _page(
    request: HttpRequest, name: str, shown: dict[str, str], *, status: int = 200
) -> HttpResponse:
    page = render(request, f"notifications/unsubscribe/{name}.html", shown, status=status)
    # The address of the page unsubscribes, so nobody else may learn it.
    page["Referrer-Policy"] = "no-referrer"
    page["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    )
    return page
