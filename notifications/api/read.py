"""Reading: the notifications resource, get one, list, and a letter's PDF."""

from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from notifications.acceptance.deferred import find_deferred
from notifications.api import listing, pagination, responses, schemas, send, validate
from notifications.letters.download import readable_pdf
from notifications.models import Notification
from notify_project.api.errors import NoResultFound
from notify_project.api.routes import route
from notify_project.api.schema import parse_uuid
from notify_project.api.views import read_query
from notify_project.constants import NotificationType
from notify_project.database import is_away
from services.api.authentication import caller_of
from services.api.views import ServiceViewSet
from services.caller import Caller
from services.limits import peek
from templates_app.read_models import prepare_versions


class NotificationViewSet(ServiceViewSet):
    """``/v2/notifications``: a service's messages."""

    def list(self, request: Request) -> Response:
        """List the messages that the caller's kind of key sees, newest first."""
        query = read_query(request, *schemas.REPEATABLE)
        schemas.LISTING.require(query)
        caller = caller_of(request)
        page = list(listing.newest(caller, query))
        prepare_versions((row.template_id, row.template_version) for row in page)
        body = {
            "notifications": [responses.notification(row, caller.service) for row in page],
            "links": pagination.links(request, page[-1].id if page else None),
        }
        return Response(body)

    def retrieve(self, request: Request, pk: str) -> Response:
        """Return one message of the service, whichever key sent it."""
        row = _get_or_deferred(request, pk)
        return Response(responses.notification(row, caller_of(request).service))

    def pdf(self, request: Request, pk: str) -> HttpResponse:
        """Return the PDF of one letter."""
        return HttpResponse(readable_pdf(_get(request, pk)), content_type="application/pdf")

    def create(self, request: Request, pk: str) -> HttpResponse:
        """Accept a message; the path names its type."""
        word = pk if pk in NotificationType else None
        return send.create(request, pk, self.take_allowance(request, word))

    def validate(self, request: Request, pk: str) -> Response:
        """Check a message without sending it; the path names its type."""
        word = pk if pk in NotificationType else None
        self.allowance = peek(caller_of(request), word)
        return validate.validate(request, pk, self.allowance)


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
        route(
            r"^{prefix}/{lookup}/validate$", "validate", detail=True, methods={"post": "validate"}
        ),
        route(r"^{prefix}/{lookup}/pdf$", "pdf", detail=True, methods={"get": "pdf"}),
    ]


def _get(request: Request, pk: str) -> Notification:
    row = _find(caller_of(request), _id(pk))
    if row is None:
        raise NoResultFound
    return row


def _get_or_deferred(request: Request, pk: str) -> Notification:
    """Return a message that is stored, or accepted and not stored yet."""
    caller, notification_id = caller_of(request), _id(pk)
    try:
        row = _find(caller, notification_id)
    except (DatabaseError, InterfaceError) as error:
        deferred = find_deferred(notification_id, caller.service.id) if is_away(error) else None
        if deferred is None:
            raise
        return deferred
    row = row or find_deferred(notification_id, caller.service.id)
    # Between the two looks it may have moved from the queue to the database.
    row = row or _find(caller, notification_id)
    if row is None:
        raise NoResultFound
    return row


def _id(pk: str) -> UUID:
    notification_id = parse_uuid(pk)
    if notification_id is None:
        raise NoResultFound
    return notification_id


def _find(caller: Caller, notification_id: UUID) -> Notification | None:
    return _of_service(caller).filter(id=notification_id).first()


def _of_service(caller: Caller) -> QuerySet[Notification]:
    return Notification.objects.of_service(caller.service.id).select_related("created_by")
