"""The body of an email as its recipient sees it, in a frame in which nothing runs or loads."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from notifications.admin.revealing import is_revealed, visible_message
from notifications.delivery.content import CannotRender
from notifications.support.as_received import email_document_of

# Nothing from anywhere: a picture that loads would tell its server who looks, and when.
POLICY: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
# Whoever clicks a link in it must not unsubscribe the recipient: a frame that may open no windows
# opens none.
_NO_LINKS: Final = '<head>\n<base target="_blank">'


def body(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Answer with the HTML of an email whose data is shown at the moment.

    Raises:
        Http404: it is not, or there is none.
    """
    row = visible_message(request, message_id)
    if not is_revealed(request, row.id):
        raise Http404
    try:
        document = email_document_of(row)
    except CannotRender as error:
        raise Http404 from error
    response = HttpResponse(document.replace("<head>", _NO_LINKS, 1))
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response
