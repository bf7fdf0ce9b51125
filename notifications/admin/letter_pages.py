"""The pages of a sent letter, for staff to whom its personal data is shown at the moment."""

from typing import cast
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from notifications.admin.revealing import is_revealed, visible_message
from notifications.letters.download import readable_pdf
from notifications.models import LetterCheck, Notification
from notifications.support.as_received import hides_values
from notify_project import audit
from notify_project.admin.scope import may_see_service
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from services.models import User
from templates_app.rendering.letter_pages import MAX_PAGES
from templates_app.rendering.letter_pictures import pages_png

_NAME = "notifications_notification_pages"


def may_see_pages(
    request: HttpRequest, letter: Notification, check: LetterCheck | None, *, is_hidden: bool
) -> bool:
    """Tell whether somebody may see the pages of a letter: its values may be hidden from people.

    A PDF that was refused may be made to do harm: its pages are drawn one by one, elsewhere.

    Args:
        request: of them.
        letter: whose pages.
        check: of its PDF; None where it did not come as one.
        is_hidden: its template hides its values.
    """
    is_letter = letter.notification_type == NotificationType.LETTER
    is_refused = check is not None and bool(check.message)
    return is_letter and is_revealed(request, letter.pk) and not (is_refused or is_hidden)


def url_of_pages(letter: Notification) -> str:
    """Return the address of the pages: each look is audited, so none happens by itself."""
    return reverse(f"admin:{_NAME}", args=[letter.pk])


def pages_url(site: admin.AdminSite) -> URLPattern:
    """Return the route of the picture."""
    return path("<uuid:object_id>/pages.png", site.admin_view(_picture), name=_NAME)


def _picture(request: HttpRequest, object_id: UUID) -> HttpResponse:
    letter = visible_message(request, object_id)
    check = LetterCheck.objects.filter(notification_id=letter.id).first()
    if not may_see_pages(request, letter, check, is_hidden=hides_values(letter)):
        raise Http404
    if not may_see_service(request.user, letter.service_id):
        raise Http404
    try:
        pdf = readable_pdf(letter)
    except ApiError as error:
        raise Http404(error.message) from error
    actor = cast("User", request.user)
    audit.record("look at letter", letter, actor=actor, service_id=letter.service_id)
    return HttpResponse(pages_png(pdf, most=MAX_PAGES), content_type="image/png")
