"""Reading: the notifications resource, get one and list."""

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from notifications.api import listing, pagination, responses, schemas, send
from notifications.models import Notification
from notify_project.api.errors import NoResultFound
from notify_project.api.routes import route
from notify_project.api.schema import parse_uuid
from notify_project.api.views import ApiViewSet, read_query
from services.api.authentication import Caller, TokenAuthentication, caller_of
from templates_app.read_models import prepare_versions


class NotificationViewSet(ApiViewSet):
    """``/v2/notifications``: a service's messages."""

    authentication_classes = [TokenAuthentication]

    def list(self, request: Request) -> Response:
        """List the messages that the caller's kind of key sees, newest first."""
        query = read_query(request, *schemas.REPEATABLE)
        schemas.LISTING.require(query)
        page = list(listing.newest(caller_of(request), query))
        prepare_versions((row.template_id, row.template_version) for row in page)
        body = {
            "notifications": [responses.notification(row) for row in page],
            "links": pagination.links(request, page[-1].id if page else None),
        }
        return Response(body)

    def retrieve(self, request: Request, pk: str) -> Response:
        """Return one message of the service, whichever key sent it."""
        notification_id = parse_uuid(pk)
        if notification_id is None:
            raise NoResultFound
        row = _of_service(caller_of(request)).filter(id=notification_id).first()
        if row is None:
            raise NoResultFound
        return Response(responses.notification(row))

    def create(self, request: Request, pk: str) -> Response:
        """Accept a message; the path names its type."""
        return send.create(request, pk)


class NotificationRouter(SimpleRouter):
    """Routes of the resource: what follows the collection is an id, or a type to create."""

    routes = [
        route(r"^{prefix}$", "list", detail=False, methods={"get": "list"}),
        route(
            r"^{prefix}/{lookup}$",
            "detail",
            detail=True,
            methods={"get": "retrieve", "post": "create"},
        ),
    ]


def _of_service(caller: Caller) -> QuerySet[Notification]:
    return Notification.objects.of_service(caller.service.id).select_related("created_by")
