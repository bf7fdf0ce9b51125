"""What is held back from being sent: the list, and the pages that hold and release."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, OuterRef, QuerySet, Subquery, UUIDField, When
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from notifications.admin.hold_subjects import CONSEQUENCES, choices, hold_url, name_of
from notifications.models import Hold
from notifications.support.giving_back import put_away_in_words
from notifications.support.holding import RIGHTS, find_hold, hold, release
from notify_project.admin.confirming import Question, confirm
from notify_project.admin.elevation import ask_again, is_elevated
from notify_project.admin.names import short
from notify_project.admin.pages import BigTableAdmin
from notify_project.clock import LONDON
from services.models import Service, User
from templates_app.models import Template

Kind = Hold.Kind


@admin.register(Hold)
class HoldAdmin(BigTableAdmin[Hold]):
    """Who held what, and why; adding one is holding."""

    service_path = None
    list_display: ClassVar[list[str]] = ["subject", "kind", "standing", "since", "why", "actor"]
    list_filter: ClassVar[list[Any]] = ["kind", ("released_at", admin.EmptyFieldListFilter)]
    list_select_related: ClassVar[list[str]] = ["actor"]
    search_fields: ClassVar[list[str]] = ["=key", "=service_id"]
    search_help_text = "Id of a service or template, name of a lane or provider."
    ordering: ClassVar[list[str]] = ["-created_at", "-id"]
    show_add_link = False
    actions_list: ClassVar[list[str]] = ["hold_something"]
    actions_detail: ClassVar[list[str]] = ["release"]
    fields: ClassVar[list[str]] = [
        *("subject", "kind", "standing", "waiting", "reason", "actor", "created_at"),
        *("release_reason", "released_by", "released_at"),
    ]
    readonly_fields: ClassVar[list[str]] = ["subject", "standing", "waiting"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        """Read the names of what is held in the same query."""
        template_id = Case(When(kind=Kind.TEMPLATE, then=Cast("key", UUIDField())))
        rows = super().get_queryset(request).annotate(template_id=template_id)
        of_template = Template.objects.filter(id=OuterRef("template_id"))
        of_service = Service.objects.filter(id=OuterRef("service_id"))
        named: QuerySet[Hold] = rows.annotate(
            template_name=Subquery(of_template.values("name")[:1]),
            service_name=Subquery(of_service.values("name")[:1]),
        )
        return named

    @admin.display(description="what")
    def subject(self, row: Any) -> str:
        """Show its name; of a template, with its service."""
        if row.kind == Kind.TEMPLATE:
            return short(f"{row.template_name} of {row.service_name}")
        return short(row.service_name or row.key)

    @admin.display(description="state")
    def standing(self, row: Hold) -> str:
        """Say how it stands."""
        return row.state

    @admin.display(description="since", ordering="created_at")
    def since(self, row: Hold) -> str:
        """Show when it was held, in London."""
        return f"{row.created_at.astimezone(LONDON):%-d %b %Y %H:%M}"

    @admin.display(description="reason")
    def why(self, row: Hold) -> str:
        """Leave the other columns their place."""
        return short(row.reason)

    def get_fields(self, request: HttpRequest, obj: Hold | None = None) -> list[str]:
        """Tell of the release of what is released."""
        return self.fields if obj and obj.released_at else self.fields[:-3]

    @admin.display(description="messages put away")
    def waiting(self, row: Any) -> str:
        """Say how much waits, as far as counting goes."""
        return row.away or "none: workers of the lane take nothing"

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Find the row and count once: the page asks five times for the value of a field."""
        row: Any = super().get_object(request, object_id, from_field)
        if row is not None:
            row.called = self.subject(row)
        if row is not None and request.method == "GET":
            row.away = put_away_in_words(row)
        return row

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Let those hold who may hold anything."""
        return any(request.user.has_perm(right) for right in set(RIGHTS.values()))

    def has_release_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only of what is held."""
        if not self.has_add_permission(request):
            return False
        if request.method == "POST" or not object_id:
            return True
        row = self.named(object_id).filter(released_at=None).first()
        return row is not None and request.user.has_perm(RIGHTS[row.kind])

    @action(description="Hold something", url_path="hold", permissions=["add"])  # type: ignore[untyped-decorator]
    def hold_something(self, request: HttpRequest) -> HttpResponse:
        """Lead to where one chooses what is held."""
        return HttpResponseRedirect(reverse("admin:notifications_hold_add"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Hold what the address names; without, let one choose."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind, key = request.GET.get("kind", ""), request.GET.get("key", "")
        if not kind:
            return self._choose(request)
        name = name_of(kind, key)
        if name is None:
            raise Http404
        held = find_hold(kind, key)
        if held is not None:
            return HttpResponseRedirect(_page_of(held))
        return _refused(request, kind) or self._hold(request, kind, key, name)

    @action(description="Release", url_path="release", permissions=["release"])  # type: ignore[untyped-decorator]
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let it be sent again."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        refused = _refused(request, row.kind)
        if refused is not None:
            return refused
        question = Question(
            title=f"Release the {row.kind} {self.subject(row)}?",
            button="Release",
            consequences=["What waits goes out at once, the oldest first."],
            back=_page_of(row),
        )

        def do(reason: str) -> str:
            release(row.kind, row.key, actor=cast("User", request.user), reason=reason)
            return "It is released: workers give back what waits."

        return confirm(self, request, question, do)

    def _hold(self, request: HttpRequest, kind: str, key: str, name: str) -> HttpResponse:
        grave = kind != Kind.TEMPLATE
        question = Question(
            title=f"Hold the {kind} {name}?",
            button="Hold",
            consequences=CONSEQUENCES[kind],
            back=hold_url(kind, key),
            typed=name if grave else "",
            typed_name=f"the name of the {kind}",
        )

        def do(reason: str) -> str:
            hold(kind, key, actor=cast("User", request.user), reason=reason)
            return "It is held. Two seconds from now, nothing more of it is handed over."

        return confirm(self, request, question, do)

    def _choose(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Hold what?",
            "subjects": choices() if request.user.has_perm(RIGHTS[Kind.LANE]) else [],
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/notifications/hold/choose.html", context)


def _refused(request: HttpRequest, kind: str) -> HttpResponse | None:
    """Want the right to hold such a thing; what concerns all services is a grave act.

    Raises:
        PermissionDenied: the person has it not.
    """
    if not request.user.has_perm(RIGHTS[kind]):
        raise PermissionDenied
    is_grave = kind in {Kind.LANE, Kind.PROVIDER}
    return ask_again(request) if is_grave and not is_elevated(request) else None


def _page_of(row: Hold) -> str:
    return reverse("admin:notifications_hold_change", args=[row.pk])
