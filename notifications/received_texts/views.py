"""One endpoint for the texts that all providers hand on."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.conf import settings
from django.http import Http404, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.received_texts import firetext, mmg
from notifications.received_texts.posted import MalformedText, PostedText
from notifications.received_texts.store import store
from notify_project import clock
from notify_project.api.basic import login_wanted, may_enter
from notify_project.api.errors import ValidationFailed
from notify_project.api.views import ApiViewSet, read_body

READERS: Mapping[str, Callable[[bytes], PostedText]] = MappingProxyType(
    {"mmg": mmg.read, "firetext": firetext.read}
)


class ReceiveTextViewSet(ApiViewSet):
    """Where providers post what people text to our numbers."""

    def create(self, request: Request, provider_name: str) -> Response | HttpResponse:
        """Answer 200 once the text is stored, or when asking again would not help."""
        if provider_name not in READERS:
            raise Http404
        if not may_enter(request.headers.get("Authorization"), _logins(provider_name)):
            return login_wanted()
        try:
            posted = READERS[provider_name](read_body(request))
        except MalformedText as error:
            raise ValidationFailed(*error.problems) from error
        is_ours = store(provider_name, posted, now=clock.now())
        if not is_ours and provider_name == "mmg":
            # Source: the API contract, callbacks the server receives from providers.
            return HttpResponse("RECEIVED", content_type="text/plain; charset=utf-8")
        return Response({"status": "ok"})


def _logins(provider_name: str) -> list[str]:
    """Return what opens the endpoint; an operator who sets no password keeps it shut."""
    login = settings.RECEIVED_TEXTS[provider_name]
    return [f"{login['username']}:{password}" for password in login["passwords"] if password]
