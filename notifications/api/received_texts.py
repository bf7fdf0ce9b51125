"""Reading what people sent to a service's number."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from notifications.api import pagination, responses, schemas
from notifications.models import InboundSms
from notify_project.api.routes import route
from notify_project.api.views import read_query
from notify_project.constants import NotificationType
from services.api.authentication import caller_of
from services.api.views import ServiceViewSet
from services.caller import Caller


class ReceivedTextViewSet(ServiceViewSet):
    """``/v2/received-text-messages``: a service's received texts, the same for all its keys."""

    def list(self, request: Request) -> Response:
        """List received texts, newest first."""
        query = read_query(request)
        schemas.RECEIVED_TEXTS.require(query)
        page = pagination.page_of(_matching(caller_of(request), query))
        links = pagination.links(request, page[-1].id if page else None)
        # Unlike that of notifications, this list always calls its beginning the current page.
        links["current"] = settings.API_HOST_URL + request.path
        return Response(
            {
                "received_text_messages": [responses.received_text(row) for row in page],
                "links": links,
            }
        )


class ReceivedTextRouter(SimpleRouter):
    """Routes of the resource: a list and nothing else."""

    routes = [route(r"^{prefix}$", "list", detail=False, methods={"get": "list"})]


def _matching(caller: Caller, query: dict[str, Any]) -> QuerySet[InboundSms]:
    # Source: the API contract: received texts are kept as long as sent ones.
    days = caller.service.days_of_retention[NotificationType.SMS]
    kept = InboundSms.objects.of_service(caller.service.id).within_retention(days)
    if "older_than" in query:
        return pagination.older_than(kept, UUID(query["older_than"]))
    return kept
