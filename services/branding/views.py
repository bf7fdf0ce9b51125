"""Logos for everyone, from a path that neither reads nor sets cookies."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views import View

from notify_project import storage
from notify_project.storage import Area, FileMissing
from services.branding.logos import MIME_TYPES, is_logo_name

HEADERS: Final = {
    # A name stands for one content for ever.
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    # Mail is read on the pages of other sites.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class LogoView(View):
    """One logo."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG002
        """Send it."""
        if not is_logo_name(name):
            raise Http404
        try:
            content = storage.read(Area.BRANDING, name)
        except FileMissing as error:
            raise Http404 from error
        ending = name.rpartition(".")[2]
        return HttpResponse(content, content_type=MIME_TYPES[ending], headers=HEADERS)
