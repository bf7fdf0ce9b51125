"""The pages from which people download what an email links to."""

import secrets
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from notifications.documents.access import (
    CONFIRMED_SECONDS,
    DocumentExpired,
    DocumentUnavailable,
    OpenedDocument,
    TooManyTries,
    WrongAddress,
    confirm,
    count_download,
    get_document,
    is_confirmed,
    read_content,
)
from notifications.documents.kinds import BY_MIME_TYPE
from notify_project import clock
from notify_project.recipients.email import InvalidEmail
from services.read_models import find_service

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
POLICY: Final = (
    "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
NOTHING: Final = "default-src 'none'"
DOWNLOAD: Final = f"{NOTHING}; sandbox"
COOKIE: Final = "document"
NO_ADDRESS = "Enter an email address, for example name@example.org."
WRONG_ADDRESS = "This file was not sent to that address. Enter the one that received the email."
TOO_MANY_TRIES = "Too many attempts. Wait a minute, then try again."


class SampleDocumentPage(View):
    """Where the links of simulated emails lead."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Explain that there is no file."""
        return _page(request, "sample")


# No cookie tells who somebody is, so there is nothing that another site could misuse.
@method_decorator(csrf_exempt, name="dispatch")
class DocumentPage(View):
    """What a link leads to: what the file is, and the way to it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer every dead link with the same page."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except DocumentExpired:
            return _page(request, "gone", status=410)
        except DocumentUnavailable:
            return _page(request, "gone", status=404)

    def get(self, request: HttpRequest, document_id: str) -> HttpResponse:
        """Show the file, or first ask for the address."""
        document = _document(request, document_id)
        if is_confirmed(document, request.COOKIES.get(COOKIE, "")):
            return _page(request, "document", document=document)
        return _page(request, "confirm", document=document)

    def post(self, request: HttpRequest, document_id: str) -> HttpResponse:
        """Check the address; the right one leads back to the page of the file."""
        document = _document(request, document_id)
        address = request.POST.get("email_address", "")
        try:
            proof = confirm(document, address)
        except (InvalidEmail, TooManyTries, WrongAddress) as error:
            return _refused(request, document, address, error)
        response = _with_headers(HttpResponseRedirect(request.get_full_path()))
        response.set_cookie(
            COOKIE,
            proof,
            max_age=CONFIRMED_SECONDS,
            path=_path(document),
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response


class DocumentDownload(DocumentPage):
    """The file itself."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, document_id: str) -> HttpResponse:
        """Send the file, or whoever has not confirmed the address back to the page."""
        document = _document(request, document_id)
        if not is_confirmed(document, request.COOKIES.get(COOKIE, "")):
            query = request.META["QUERY_STRING"]
            return _with_headers(HttpResponseRedirect(f"{_path(document)}?{query}"))
        content = read_content(document)
        if request.method == "GET":  # HEAD comes here too, and takes nothing away
            count_download(document)
        response = HttpResponse(content, content_type=document.row.mime_type)
        name = quote(document.filename, safe="")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return _with_headers(response, policy=DOWNLOAD)


def _document(request: HttpRequest, document_id: str) -> OpenedDocument:
    return get_document(document_id, request.GET.get("key", ""), clock.now())


def _path(document: OpenedDocument) -> str:
    return reverse("document", args=[document.row.id])


def _refused(
    request: HttpRequest, document: OpenedDocument, address: str, error: Exception
) -> HttpResponse:
    """Ask for the address again, and say why."""
    if isinstance(error, TooManyTries):
        status, text = 429, TOO_MANY_TRIES
    elif isinstance(error, InvalidEmail):
        status, text = 400, NO_ADDRESS
    else:
        status, text = 403, WRONG_ADDRESS
    context = {"document": document, "error": text, "address": address}
    return _page(request, "confirm", status=status, **context)


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    nonce = secrets.token_urlsafe(16)
    document: OpenedDocument | None = context.get("document")
    if document is not None:
        context |= _described(document)
    context["nonce"] = nonce
    response = render(request, f"documents/{name}.html", context, status=status)
    return _with_headers(response, policy=POLICY.format(nonce=nonce))


def _described(document: OpenedDocument) -> dict[str, Any]:
    """Return what the pages say about a file."""
    row = document.row
    service = find_service(row.service_id)
    kind = BY_MIME_TYPE.get(row.mime_type)
    contact = (service.contact_link if service else None) or ""
    return {
        "service_name": service.name if service else "",
        "contact": contact,
        "contact_is_web": contact.startswith(("https://", "http://")),
        "contact_is_email": "@" in contact,
        "kind": kind.label if kind else row.mime_type,
        "last_day": clock.london_day(row.expires_at),
        "download_url": f"{reverse('document-download', args=[row.id])}?key={document.key}",
        "page_url": f"{_path(document)}?key={document.key}",
    }


def _with_headers(response: HttpResponse, *, policy: str = NOTHING) -> HttpResponse:
    for header, value in HEADERS.items():
        response[header] = value
    response["Content-Security-Policy"] = policy
    return response
