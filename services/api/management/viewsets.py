"""The base of the management API's resources: who may, pages by key, an audit row a write."""

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db import models, transaction
from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from notify_project import audit
from notify_project.api.errors import BadRequest, Forbidden, NoResultFound
from notify_project.api.metadata import NameAndMethods
from notify_project.api.pages import BoundedPages
from notify_project.api.views import read_body, require_size
from services.api.internal import CallerAuthentication
from services.api.management.bodies import JsonBody, require_known
from services.api.management.staff_rights import SEE_RECIPIENTS, require_right, require_right_to
from services.models import Service, User
from services.principal import Principal

Row = TypeVar("Row", bound=models.Model)

OK = 200
# Besides the permissions of a member: anyone who may see the service, and the installation's own.
MEMBER = "member"
PLATFORM = "platform"
# To send something at all; the resource then asks for the permission of the channel.
SEND = "send"
SENDING = {"sms": "send_texts", "email": "send_emails", "letter": "send_letters"}
READS = frozenset({"list", "retrieve"})


def needed_for(access: Mapping[str, str], action: str, method: str) -> str:
    """Return what an action needs of the caller."""
    kind, other = (
        ("read", "write") if action in READS or method in SAFE_METHODS else ("write", "read")
    )
    # What only reads, or only writes, may be asked for its methods all the same.
    return access.get(action) or access.get(kind) or access[other]


class MayUse(BasePermission):
    """Asks the resource what its action needs, and the caller's rights whether they have it."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Check; the answer to no is an exception that says why.

        Raises:
            NoResultFound: the service is not there, for this caller.
            Forbidden: the caller may not do this.
        """
        if isinstance(view, ManagementViewSet) and view.action is not None:
            view.require_access(view.principal)
        return True


class ByKey(BoundedPages):
    """Pages that cost the same however far on they are."""

    ordering: Any = ("-created_at", "-id")

    def get_paginated_response(self, data: Any) -> Response:
        """Return a page with the addresses of its neighbours."""
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({"data": data, "links": links})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": ["string", "null"], "format": "uri"}
        links = {"type": "object", "properties": {"next": link, "previous": link}}
        return {
            "type": "object",
            "required": ["data", "links"],
            "properties": {"data": schema, "links": links},
        }


class ManagementViewSet(GenericViewSet[Any]):
    """A resource that callers see as far as their rights go.

    Attributes:
        access: action -> the member's permission that it needs, ``MEMBER`` or ``PLATFORM``;
            ``read`` and ``write`` stand for all actions without an entry of their own.
        besides: action -> a second permission that it needs.
        names: what one of the things is called, and several.
        reads_json: whatever a body calls itself, it is JSON.
        changes_nothing: actions that have a body, and read all the same.
        shows_recipients: actions that show whom messages went to, or what they say: people of the
            support staff need the right to it, and every look of a person is audited.
        rights: action -> the right that it needs of the support staff, where it is not the one to
            look at, or to change, rows of the table.
        about: the table whose rights count, of a resource without a queryset.
        asks_no_right: everybody may do this, of their own things.
    """

    authentication_classes = [CallerAuthentication]
    permission_classes = [MayUse]
    parser_classes = [JsonBody]
    metadata_class = NameAndMethods
    pagination_class: Any = ByKey
    lookup_value_converter = "uuid"
    access: ClassVar[dict[str, str]] = {"read": MEMBER, "write": PLATFORM}
    besides: ClassVar[dict[str, str]] = {}
    names: ClassVar[tuple[str, str]]
    reads_json: ClassVar[bool] = True
    changes_nothing: ClassVar[frozenset[str]] = frozenset()
    shows_recipients: ClassVar[frozenset[str]] = frozenset()
    rights: ClassVar[dict[str, str]] = {}
    about: ClassVar[type[models.Model] | None] = None
    asks_no_right: ClassVar[bool] = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body that is too large before anything else is asked."""
        require_size(request)
        # However it came.
        request.META["CONTENT_LENGTH"] = str(len(read_body(request)))
        if self.reads_json:
            request.META["CONTENT_TYPE"] = JsonBody.media_type
        super().initial(request, *args, **kwargs)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Return a serializer, once it knows all that the body names.

        Raises:
            ValidationError: there are other fields, or ones that nobody can set.
        """
        serializer = super().get_serializer(*args, **kwargs)
        if "data" in kwargs:
            require_known(serializer, kwargs["data"])
        return serializer

    def checked(self, kind: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the body of an action that has one of its own.

        Raises:
            ValidationError: it is not what the serializer describes.
        """
        body = self.request.data
        serializer = kind(data=body, context=self.get_serializer_context())
        require_known(serializer, body)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    @property
    def principal(self) -> Principal:
        """Return who calls."""
        return cast("Principal", self.request.auth)

    @property
    def actor(self) -> User | None:
        """Return the person who calls, for the audit."""
        return self.principal.user

    def needed(self) -> str:
        """Return what the action needs."""
        return needed_for(self.access, self.action, str(self.request.method))

    def is_change(self) -> bool:
        """Tell whether the action may change something."""
        return self.request.method not in SAFE_METHODS and self.action not in self.changes_nothing

    def require_access(self, principal: Principal) -> None:
        """Refuse a caller who may not do this.

        Raises:
            Forbidden: the message says what is missing.
        """
        if self.is_change() and not principal.may_write:
            raise Forbidden("This token may only read")
        if self.needed() == PLATFORM and not principal.is_platform:
            raise Forbidden("Support staff only")
        self._require_right(principal.user)

    def _require_right(self, user: User | None) -> None:
        if self.asks_no_right:
            return
        if self.action in self.shows_recipients:
            require_right(user, SEE_RECIPIENTS)
        if self.action in self.rights:
            require_right(user, self.rights[self.action])
            return
        model = getattr(getattr(self, "queryset", None), "model", self.about)
        require_right_to(user, model, str(self.request.method) if self.is_change() else "GET")

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Audit that a person looked at whom messages went to."""
        seen = self.action in self.shows_recipients and response.status_code == OK
        if seen and self.actor is not None:
            self._audit_look()
        return super().finalize_response(request, response, *args, **kwargs)

    def _audit_look(self) -> None:
        """Write that the caller looked; a list is one look, however long it is."""
        kind, several = self.names
        row = self.kwargs.get(self.lookup_url_kwarg or self.lookup_field)
        after = {"id": str(row)} if row else {"what": several}
        subject = getattr(self, "service", self.actor)
        self.write_audit(f"look at {kind if row else several}", subject, after=after)

    def audited(self, serializer: BaseSerializer[Any], name: str, **changed: Any) -> None:
        """Save by the serializer, and make sure that the audit tells of it."""
        before = self.shown(serializer.instance) if serializer.instance is not None else None
        with transaction.atomic(), audit.gathering() as events:
            row = serializer.save(**changed)
            if not events:
                self.write_audit(name, row, before=before, after=self.shown(row))

    def write_audit(self, action: str, subject: Any, **values: Any) -> None:
        """Write an audit row of what the caller did."""
        audit.record(
            action, subject, actor=self.actor, service_id=self.audited_service(subject), **values
        )

    def audited_service(self, subject: Any) -> UUID | None:
        """Return the service that a change belongs to."""
        return getattr(subject, "service_id", None)

    def shown(self, row: Any) -> dict[str, Any]:
        """Return an object as the API shows it."""
        return dict(self.get_serializer(row).data)


class ServiceOwnedViewSet(ManagementViewSet):
    """A resource of one service, below ``/service/<service_id>/``."""

    access: ClassVar[dict[str, str]] = {"read": MEMBER, "write": "manage_settings"}

    def require_access(self, principal: Principal) -> None:
        """Refuse a caller who may not see the service, or not do this for it.

        Raises:
            NoResultFound: the service is not there, for this caller.
            Forbidden: the message says what is missing.
            BadRequest: the service is archived, and this would change it.
        """
        service = principal.services().filter(id=self.kwargs["service_id"]).first()
        if service is None:
            raise NoResultFound
        self.service: Service = service
        super().require_access(principal)
        for need in (self.needed(), self.besides.get(self.action, MEMBER)):
            self._require_permission(principal, need)
        if self.is_change() and not service.active:
            raise BadRequest("The service is archived")

    def _require_permission(self, principal: Principal, need: str) -> None:
        if need in {MEMBER, PLATFORM}:
            return
        enough = frozenset(SENDING.values()) if need == SEND else frozenset({need})
        if not enough & principal.permissions_for(self.service):
            raise Forbidden(f"The permission {' or '.join(sorted(enough))} is needed")

    def get_queryset(self) -> QuerySet[Any]:
        """Return the service's rows."""
        return super().get_queryset().filter(service=self.service)

    def audited_service(self, subject: Any) -> UUID | None:
        """Return the service of the path."""
        del subject
        return self.service.id


class Reads(mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Lists and shows."""


def get_or_refuse(rows: QuerySet[Row], **wanted: Any) -> Row:
    """Return the row that a body names.

    Raises:
        NoResultFound: there is none.
    """
    row = rows.filter(**wanted).first()
    if row is None:
        raise NoResultFound
    return row
