"""What was found in a letter that came as a PDF, on its page of the admin site."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from notifications.letters.page_pictures import page_picture
from notifications.models import LetterCheck, Notification
from notify_project import audit
from notify_project.api.errors import ApiError
from services.models import User
from templates_app.rendering.letter_pages import MAX_PAGES


def found_in(letter: Notification) -> str:
    """Say what was found, with links to pictures of the pages."""
    check = LetterCheck.objects.filter(notification_id=letter.id).first()
    if check is None:
        return "-"
    found = check.message or "good"
    if check.invalid_pages:
        pages = "page" if len(check.invalid_pages) == 1 else "pages"
        found += f", {pages} {', '.join(map(str, check.invalid_pages))}"
    if check.is_clean is None:
        found += "; not scanned for viruses"
    count = min(check.page_count or 0, MAX_PAGES)
    addresses = (
        (reverse("admin:notifications_notification_letter_page", args=[letter.id, page]), page)
        for page in range(1, count + 1)
    )
    links = format_html_join(", ", '<a class="underline" href="{}">page {}</a>', addresses)
    return format_html("{}; look at {}", found, links) if links else found


def picture_for(request: HttpRequest, letter: Notification | None, page: int) -> HttpResponse:
    """Answer with a picture of a page, for people who may see to whom it goes.

    Raises:
        Http404: there is none, or it is not for them.
    """
    if letter is None or not request.user.has_perm("notifications.view_recipient"):
        raise Http404
    actor = cast("User", request.user)
    audit.record("look at letter", letter, actor=actor, service_id=letter.service_id)
    try:
        return HttpResponse(page_picture(letter, page), content_type="image/png")
    except ApiError as error:
        return HttpResponse(error.message, content_type="text/plain", status=error.status_code)
