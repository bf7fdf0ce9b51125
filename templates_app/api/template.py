"""``/v2/template`` and ``/v2/templates``: what a service may send."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from notify_project.api.errors import NoResultFound, ValidationFailed
from notify_project.api.routes import route
from notify_project.api.schema import (
    PERSONALISATION,
    UUID_TEXT,
    Schema,
    object_of,
    parse_uuid,
)
from notify_project.api.views import read_json, read_query
from services.api.authentication import caller_of
from services.api.views import ServiceViewSet
from templates_app.api import responses
from templates_app.preview import preview
from templates_app.read_models import TemplateModel, find_template, find_version, list_templates

LISTING = Schema(object_of({"type": {"enum": ["sms", "email", "letter"]}}))
# The id is the path's; what else a caller sends is ignored.
PREVIEW = Schema(
    {
        **object_of({"id": UUID_TEXT, "personalisation": PERSONALISATION}),
        "additionalProperties": True,
    }
)


class TemplateViewSet(ServiceViewSet):
    """The templates of the caller's service. Source: the API contract."""

    def list(self, request: Request) -> Response:
        """List what can be sent, by name."""
        query = read_query(request)
        LISTING.require(query)
        found = list_templates(caller_of(request).service.id, query.get("type"))
        return Response({"templates": [responses.template(each) for each in found]})

    def retrieve(self, request: Request, pk: str, version: str = "0") -> Response:
        """Return the newest version of a template, or the one that the path names."""
        template_id = parse_uuid(pk)
        if template_id is None:
            raise ValidationFailed("id is not a valid UUID")
        found = _find(caller_of(request).service.id, template_id, _number(version))
        return Response(responses.template(found))

    def preview(self, request: Request, pk: str) -> Response:
        """Return what the newest version of a template would say with some values."""
        body = read_json(request, may_be_empty=True)
        PREVIEW.require({**body, "id": pk} if isinstance(body, dict) else body)
        found = _find(caller_of(request).service.id, UUID(pk), version=0)
        shown = preview(found, body.get("personalisation", {}))
        return Response(responses.preview(found, shown))


class TemplateRouter(SimpleRouter):
    """Routes of the resource: the collection has a name of its own."""

    routes = [
        route(r"^{prefix}s$", "list", detail=False, methods={"get": "list"}),
        route(r"^{prefix}/{lookup}$", "detail", detail=True, methods={"get": "retrieve"}),
        route(
            r"^{prefix}/{lookup}/version/(?P<version>[0-9]+)$",
            "version",
            detail=True,
            methods={"get": "retrieve"},
        ),
        route(r"^{prefix}/{lookup}/preview$", "preview", detail=True, methods={"post": "preview"}),
    ]


def _number(version: str) -> int:
    """Return the number; one of more digits than any version has is cut, and found nowhere."""
    return int(version.lstrip("0")[:9] or "0")


def _find(service_id: UUID, template_id: UUID, version: int) -> TemplateModel:
    newest = find_template(service_id, template_id)
    if newest is None or newest.hidden:
        raise NoResultFound
    found = find_version(template_id, version) if version else newest
    if found is None:
        raise NoResultFound
    return found
