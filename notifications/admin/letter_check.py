"""What was found in a letter that came as a PDF, on its page of the admin site."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse

from notifications.admin.revealing import is_revealed
from notifications.letters.page_pictures import page_picture
from notifications.models import LetterCheck, Notification
from notifications.support.as_received import hides_values
from notify_project import audit
from notify_project.api.errors import ApiError
from services.models import User
from templates_app.rendering.letter_pages import MAX_PAGES


def pages_of(check: LetterCheck | None) -> range:
    """Return the numbers of the pages that can be looked at one by one, from 1."""
    count = check.page_count if check is not None else None
    return range(1, min(count or 0, MAX_PAGES) + 1)


def found_in(check: LetterCheck | None) -> str:
    """Say what was found; nothing of a letter that was made here."""
    if check is None:
        return ""
    found = check.message or "good"
    if check.invalid_pages:
        pages = "page" if len(check.invalid_pages) == 1 else "pages"
        found += f", {pages} {', '.join(map(str, check.invalid_pages))}"
    if check.is_clean is None:
        found += "; not scanned for viruses"
    return found


def picture_for(request: HttpRequest, letter: Notification | None, page: int) -> HttpResponse:
    """Answer with a picture of a page, for people to whom its personal data is shown.

    Raises:
        Http404: there is none, or it is not for them.
    """
    if letter is None or not is_revealed(request, letter.id) or hides_values(letter):
        raise Http404
    actor = cast("User", request.user)
    audit.record("look at letter", letter, actor=actor, service_id=letter.service_id)
    try:
        return HttpResponse(page_picture(letter, page), content_type="image/png")
    except ApiError as error:
        return HttpResponse(error.message, content_type="text/plain", status=error.status_code)
