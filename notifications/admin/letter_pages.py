"""The pages of a sent letter, for staff with the right to see who it went to."""

from typing import cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from notifications.letters.download import readable_pdf
from notifications.models import LetterCheck, Notification
from notify_project import audit
from notify_project.admin.scope import may_see_service
from notify_project.api.errors import ApiError
from notify_project.constants import NotificationType
from services.models import User
from templates_app.models import TemplateRedacted
from templates_app.rendering.letter_pages import MAX_PAGES
from templates_app.rendering.letter_pictures import pages_png

_NAME = "notifications_notification_pages"


def may_see_pages(request: HttpRequest, letter: Notification) -> bool:
    """Tell whether somebody may see the pages of a letter: its values may be hidden from people.

    A PDF that was refused may be made to do harm: its pages are drawn one by one, elsewhere.
    """
    is_letter = letter.notification_type == NotificationType.LETTER
    if not (is_letter and request.user.has_perm("notifications.view_recipient")):
        return False
    if LetterCheck.objects.filter(notification_id=letter.id).exclude(message="").exists():
        return False
    hidden = TemplateRedacted.objects.filter(redact_personalisation=True)
    return not hidden.filter(template=letter.template_id).exists()


def link_to_pages(letter: Notification) -> str:
    """Return a link that shows the pages: each look is audited, so none happens by itself."""
    url = reverse(f"admin:{_NAME}", args=[letter.pk])
    return format_html('<a class="underline" href="{}">Show them</a>', url)


def pages_url(site: admin.AdminSite) -> URLPattern:
    """Return the route of the picture."""
    return path("<uuid:object_id>/pages.png", site.admin_view(_picture), name=_NAME)


def _picture(request: HttpRequest, object_id: str) -> HttpResponse:
    letter = Notification.objects.filter(pk=object_id).first()
    may_view = request.user.has_perm("notifications.view_notification")
    if letter is None or not may_view or not may_see_pages(request, letter):
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
