"""Services with their permissions, senders, team and guests."""

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import TabularInline
from unfold.decorators import action

from notify_project.admin.asking import AsksWhy
from notify_project.admin.confirming import Question, confirm
from notify_project.admin.elevation import elevated
from notify_project.admin.holding import CanBeHeld
from notify_project.admin.links import find_url
from notify_project.admin.names import short
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.tables import link
from services.creating import (
    InvalidService,
    archive_service,
    create_service,
    require_free_name,
    update_service,
)
from services.models import (
    Service,
    ServiceEmailReplyTo,
    ServiceGuestList,
    ServicePermission,
    ServiceSmsSender,
    ServiceUser,
    User,
)

_LIMITS = (
    *("email_message_limit", "sms_message_limit", "letter_message_limit"),
    *("international_sms_message_limit", "rate_limit"),
)


class ShownInline(TabularInline):
    """Rows that this page shows and does not change."""

    extra = 0
    can_delete = False
    # Above each row it would repeat the row, or say it by ids.
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here."""
        return False


class PermissionInline(ShownInline):
    """What the service may do."""

    model = ServicePermission
    fields = ["permission", "created_at"]


class SmsSenderInline(ShownInline):
    """Senders of text messages."""

    model = ServiceSmsSender
    fields = ["sms_sender", "is_default", "archived", "id"]
    readonly_fields = ["id"]


class ReplyToInline(ShownInline):
    """Reply-to addresses of emails."""

    model = ServiceEmailReplyTo
    fields = ["email_address", "is_default", "archived", "id"]
    readonly_fields = ["id"]


class MemberInline(ShownInline):
    """The team."""

    model = ServiceUser
    fields = ["user"]


class GuestInline(ShownInline):
    """Who else may be written to in trial mode."""

    model = ServiceGuestList
    fields = ["recipient_type", "recipient"]


class ServiceForm(ReasonedForm, ModelForm[Service]):
    """Refuses names that the use cases would refuse, before anything is saved."""

    class Meta:
        model = Service
        fields = "__all__"  # noqa: DJ007 - the page names its fields

    def clean(self) -> dict[str, Any]:
        """Check the name, and say of which limit there cannot be less than none."""
        cleaned = super().clean() or {}
        for name in _LIMITS:
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, "A limit is 0 or more")
        if "name" in cleaned:
            try:
                require_free_name(cleaned["name"].strip(), self.instance.pk)
            except InvalidService as error:
                raise ValidationError({"name": error.message}) from error
        return cleaned


@admin.register(Service)
class ServiceAdmin(AsksWhy, CanBeHeld, UseCaseAdmin[Service]):
    """One page a service: its switches and limits to change, what belongs to it to see."""

    service_path = "id"
    form = ServiceForm
    held_as = "service"
    actions_detail = ["overview", "hold", "archive"]
    list_display = [
        "overview_link",
        "organisation",
        "active",
        "restricted",
        "research_mode",
        "created_at",
    ]
    list_display_links = None
    list_filter = ["active", "restricted", "research_mode"]
    list_select_related = ["organisation"]
    search_fields = ["=id", "name"]
    search_help_text = "Id, or part of a name."
    ordering = ["name"]
    autocomplete_fields = ["organisation", "email_branding", "letter_branding"]
    inlines = [PermissionInline, SmsSenderInline, ReplyToInline, MemberInline, GuestInline]
    readonly_fields = [
        "id",
        "active",
        "statistics",
        "email_sender_local_part",
        "created_at",
        "version",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "id",
                    "organisation",
                    "active",
                    "statistics",
                    "version",
                    "created_at",
                ]
            },
        ),
        (
            "Mode",
            {"fields": ["restricted", "research_mode", "deferred_persistence", "prefix_sms"]},
        ),
        (
            "Email",
            {
                "fields": [
                    "custom_email_sender_name",
                    "email_sender_local_part",
                    "email_branding",
                    "contact_link",
                    "uses_suppression_list",
                ]
            },
        ),
        ("Letters", {"fields": ["letter_branding"]}),
        (
            "Templates",
            {"fields": ["templates_need_review"]},
        ),
        (
            "Limits",
            {"fields": _LIMITS},
        ),
        (None, {"fields": ["reason"]}),
    ]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show what belongs to a service once there is one."""
        return self.inlines if obj else []

    @admin.display(description="name", ordering="name")
    def overview_link(self, row: Service) -> str:
        """Lead to what is asked for first; its settings are a step further."""
        return link(find_url("service-overview", row.pk), short(row.name))

    @action(description="Overview", url_path="to-overview")  # type: ignore[untyped-decorator]
    def overview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead back to the overview."""
        return HttpResponseRedirect(find_url("service-overview", object_id))

    @admin.display(description="Statistics")
    def statistics(self, row: Service) -> str:
        """Link to what became of its messages."""
        if row._state.adding:  # noqa: SLF001 - Django's way to tell
            return "-"
        url = reverse("admin:notifications_servicestatistics_change", args=[row.pk])
        return link(url, "What became of its messages")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Services are archived, not deleted."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Service,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Create, or save as a new version, through the use cases."""
        actor = cast("User", request.user)
        given = form.cleaned_data
        if change:
            update_service(obj, actor=actor, **{name: given[name] for name in form.changed()})
            return
        values = {name: value for name, value in given.items() if name != "reason"}
        obj.pk = create_service(values.pop("name"), actor=actor, **values).pk

    def has_archive_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what is not archived yet."""
        if request.method == "POST" or not object_id:
            return bool(self.has_change_permission(request))
        row = self.get_object(request, object_id)
        return bool(row and row.active and self.has_change_permission(request, row))

    @action(description="Archive", url_path="archive", permissions=["archive"])  # type: ignore[untyped-decorator]
    @elevated
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Archive a service for good, once its name was typed."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        question = Question(
            title=f"Archive the service {row.name}?",
            button="Archive for good",
            consequences=[
                "Its keys are revoked at once, and its templates archived. What still waits ends "
                "as technical-failure. It cannot be brought back.",
                "To stop its sending for a while, hold it instead.",
            ],
            back=reverse("admin:services_service_change", args=[row.pk]),
            typed=row.name,
            typed_name="the name of the service",
        )

        def do(reason: str) -> str:
            archive_service(row, actor=cast("User", request.user), reason=reason)
            return f"Archived {row.name}."

        return confirm(self, request, question, do)
