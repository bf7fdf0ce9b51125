"""What was done and looked at: a list that is never counted."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from notify_project.admin.by_key import ByKeyAdmin, KeyPages
from notify_project.admin.filters import FoundByName, PeriodFilter, TypedFilter
from notify_project.admin.links import find_url
from notify_project.admin.london import created_column
from notify_project.admin.names import short
from notify_project.admin.tables import link
from notify_project.models import AuditEvent
from notify_project.newest import Clause, Found, Leading, Place, Question

_ACTOR = "actor__id__exact"


class ServiceIdFilter(TypedFilter):
    """What was done to one service."""

    title = "id of a service"
    parameter_name = "service_id"


class ActionFilter(TypedFilter):
    """What was done."""

    title = "what was done"
    parameter_name = "action"
    is_id = False


@admin.register(AuditEvent)
class AuditEventAdmin(ByKeyAdmin[AuditEvent]):
    """Who changed or looked at what, and why."""

    list_display = ["created", "action", "who", "kind", "subject", "why"]
    list_display_links = ["created"]
    list_filter = [PeriodFilter, ("actor", FoundByName), ServiceIdFilter, ActionFilter]
    list_select_related = ["actor"]
    not_listed = ("before", "after")
    search_fields = ["id"]
    search_help_text = "Exactly the id of what was changed, of its service, or of a request."
    ordering = ["-created_at", "-id"]
    service_path = None
    readonly_fields: ClassVar[list[str]] = ["kind", "subject", "service"]

    created = created_column("when, in London")

    def find_page(self, request: HttpRequest, pages: KeyPages) -> Found:
        """Read the page: of each index that may lead to what was typed."""
        pages_found = [pages.newest(question) for question in _questions(pages)]
        if len(pages_found) == 1:
            return pages_found[0]
        return self._newest_of(pages_found)

    def _newest_of(self, found: list[Found]) -> Found:
        ids = {row_id for each in found for row_id in each.ids}
        rows = AuditEvent.objects.filter(id__in=ids).order_by(*self.ordering)
        places = [Place(*each) for each in rows.values_list("created_at", "id")]
        # What is older than the end of a page of one may not be on it.
        end = max((each.older for each in found if each.older), default=None)
        shown = [each for each in places if end is None or each >= end][: self.list_per_page]
        older = shown[-1] if shown and len(shown) < len(places) else end
        return Found([each.id for each in shown], older)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        """Find by one exact value; the page is read by find_page."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(subject_id=term) | Q(request_id=term)
        if service_id := _read_id(term):
            found |= Q(service_id=service_id)
        return queryset.filter(found), False

    @admin.display(description="who")
    def who(self, row: AuditEvent) -> str:
        """Show the person, or that it was a program."""
        return str(row.actor) if row.actor else f"a program ({row.actor_kind})"

    @admin.display(description="what it was")
    def kind(self, row: AuditEvent) -> str:
        """Say it in words."""
        model = _model_of(row)
        return capfirst(str(model._meta.verbose_name)) if model else row.subject_type  # noqa: SLF001

    @admin.display(description="its id")
    def subject(self, row: AuditEvent) -> SafeString | str:
        """Lead to its page, if it has one."""
        model = _model_of(row)
        page = f"admin:{model._meta.app_label}_{model._meta.model_name}_change" if model else ""  # noqa: SLF001
        url = find_url(page, row.subject_id)
        return link(url, row.subject_id) if url else row.subject_id

    @admin.display(description="service")
    def service(self, row: AuditEvent) -> SafeString | str:
        """Lead to its page."""
        if row.service_id is None:
            return "none"
        return link(find_url("service-overview", row.service_id), row.service_id)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what there was not before, or is not after."""
        known = [name for name in ("before", "after") if getattr(obj, name) is not None]
        shown = ["created_at", "action", "actor", "actor_kind", "kind", "subject", "service"]
        return [*shown, "reason", *known, "request_id"]

    @admin.display(description="reason")
    def why(self, row: AuditEvent) -> str:
        """Show it, shortened."""
        return short(row.reason)


def _model_of(row: AuditEvent) -> type[Model] | None:
    try:
        return apps.get_model(row.subject_type)
    except (LookupError, ValueError):
        return None


def _questions(pages: KeyPages) -> Iterator[Question]:
    service_id, term = pages.value("service_id"), pages.query.strip()
    actor, action = pages.value(_ACTOR), pages.value("action")
    rest: list[Clause] = [
        (f"n.{column} = %s", [value])
        for column, value in (("actor_id", actor), ("action", action))
        if value is not None
    ]
    if not term:
        yield _led_by("service_id", "uuid", service_id, rest)
        return
    if service_id is not None:
        rest.append(("n.service_id = %s", [service_id]))
    yield _led_by("subject_id", "text", term, rest)
    with_request: Clause = ("n.request_id <> ''", [])
    yield _led_by("request_id", "text", term, rest, with_request)
    if wanted := _read_id(term):
        yield _led_by("service_id", "uuid", wanted, rest)


def _led_by(column: str, kind: str, value: Any, rest: list[Clause], *partial: Clause) -> Question:
    leading = [] if value is None else [Leading(f"n.{column}", kind, [value])]
    return Question("audit_events", leading=leading, partial=partial, rest=rest)


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
