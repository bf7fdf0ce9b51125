"""By what lists of messages are narrowed down."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from notifications.admin.status_words import WORDS
from notifications.models import ProviderDetails
from notifications.statuses import ALIASES, WAITING, Status, expand
from notify_project.admin.filters import ChoiceFilter, FoundByName, TypedFilter
from notify_project.admin.scope import may_see_service
from notify_project.constants import MESSAGE_QUEUES, KeyType, NotificationType
from templates_app.models import Template

_MOST_TEMPLATES = 500
SERVICE = "service__id__exact"
BY_SERVICE = ("service", FoundByName)
_WAITS = "waiting"
_TYPES = {
    NotificationType.SMS: "Text messages",
    NotificationType.EMAIL: "Emails",
    NotificationType.LETTER: "Letters",
}


class StatusFilter(ChoiceFilter):
    """Where a message stands: one status, or all that mean one thing."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Groups first."""
        groups = [("failed", "Failed, in any way"), (_WAITS, "Without an outcome yet")]
        return [*groups, *((status.value, words) for status, words in WORDS.items())]

    def narrow(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows in one of the statuses."""
        return queryset.filter(status__in=statuses_of(value))


def statuses_of(value: str) -> list[str]:
    """Return the stored statuses behind a choice."""
    if value == _WAITS:
        return sorted(WAITING)
    return expand([value]) if value in ALIASES or value in Status.values else []


class TypeFilter(ChoiceFilter):
    """Which channel."""

    title = "type"
    parameter_name = "notification_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(kind.value, words) for kind, words in _TYPES.items()]


class TemplateFilter(ChoiceFilter):
    """One of a service's templates, once the service is chosen."""

    title = "template"
    parameter_name = "template"
    field = "template_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the templates of the chosen service, and the one that is asked for."""
        found: dict[UUID, str] = {}
        service_id = _read_id(request.GET.get(SERVICE))
        if service_id and may_see_service(request.user, service_id):
            rows = Template.objects.filter(service_id=service_id).order_by("archived", "name", "id")
            found = dict(rows.values_list("id", "name")[:_MOST_TEMPLATES])
        wanted = _read_id(request.GET.get("template"))
        if wanted and wanted not in found:
            # That of another service finds nothing, and says of which template.
            row = Template.objects.filter(id=wanted).first()
            may_see = row is not None and may_see_service(request.user, row.service_id)
            found[wanted] = row.name if row is not None and may_see else str(wanted)
        return [(str(row_id), name) for row_id, name in found.items()]


class ProviderFilter(ChoiceFilter):
    """Who took the message."""

    title = "provider"
    parameter_name = "provider"
    field = "sent_by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        rows = ProviderDetails.objects.order_by("identifier", "notification_type")
        return list(dict(rows.values_list("identifier", "display_name")).items())


class KeyTypeFilter(ChoiceFilter):
    """Which kind of key sent it."""

    title = "key"
    parameter_name = "key_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(kind.value, str(kind.label)) for kind in KeyType]


class LaneFilter(ChoiceFilter):
    """In which lane it waits, or went."""

    title = "lane"
    parameter_name = "lane"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All there are."""
        return [(queue.value, str(queue.label)) for queue in MESSAGE_QUEUES]


class JobFilter(TypedFilter):
    """Of which job it is a row."""

    title = "id of a job"
    parameter_name = "job"
    field = "job_id"


class ApiKeyFilter(TypedFilter):
    """By which key it came."""

    title = "id of an API key"
    parameter_name = "api_key"
    field = "api_key_id"


class ReferenceFilter(TypedFilter):
    """What its caller called it."""

    title = "the caller's reference"
    parameter_name = "reference"
    field = "client_reference"
    is_id = False


def _read_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
