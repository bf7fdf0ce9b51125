"""The one-click endpoint, for mail programs."""

from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.unsubscribe.links import read_link
from notifications.unsubscribe.requests import unsubscribe
from notify_project.api.schema import parse_uuid
from notify_project.api.views import ApiViewSet


class UnsubscribeViewSet(ApiViewSet):
    """Where mail programs post to, with no credentials but the link. Source: RFC 8058."""

    def create(self, request: Request, notification_id: str, token: str) -> Response:
        """Record the request, whatever the body says."""
        del request
        unsubscribe(read_link(_uuid(notification_id), token))
        return Response({"result": "success", "message": "Unsubscribe successful"})


def _uuid(text: str) -> UUID:
    found = parse_uuid(text)
    if found is None:
        raise Http404
    return found
