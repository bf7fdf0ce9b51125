"""Providers: on, off, and how much each carries."""

from typing import Any, ClassVar, Final, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from unfold.decorators import action

from notifications.admin.not_taken import not_taken_page
from notifications.admin.provider_tables import Tables
from notifications.delivery.health import circuit_of
from notifications.models import Hold, ProviderDetails
from notifications.support.holding import find_hold
from notifications.support.providers import change_provider
from notify_project import clock
from notify_project.admin.confirming import Question, confirm
from notify_project.admin.elevation import elevated
from notify_project.admin.holding import CanBeHeld
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.words import WordsFilter, word_column
from notify_project.clock import LONDON
from services.models import User

_SENT: Final = {"sms": "texts", "email": "emails", "letter": "letters"}


class ProviderForm(ReasonedForm, ModelForm[ProviderDetails]):
    """What support staff may change about a provider, and why they do."""

    class Meta:
        model = ProviderDetails
        fields = [
            "priority",
            "resting_priority",
            "automation_paused_until",
            "supports_international",
            "gives_receipts",
            "reason",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # That of the last change is among the changes below; the next one has its own.
        self.initial["reason"] = ""


@admin.register(ProviderDetails)
class ProviderDetailsAdmin(CanBeHeld, UseCaseAdmin[ProviderDetails]):
    """One row a provider and channel; each change is kept with who and why."""

    form = ProviderForm
    service_path = None
    held_as = "provider"
    held_by = "identifier"
    hold_right = "notifications.hold_lanes"
    actions_detail: ClassVar[list[str]] = ["not_taken", "switch_off", "switch_on", "hold"]
    list_display = [
        "display_name",
        "channel",
        "active",
        "priority",
        "resting_priority",
        "answers",
        "version",
    ]
    list_filter = [("notification_type", WordsFilter), "active"]
    list_select_related = ["health"]
    ordering = ["notification_type", "identifier"]
    fields: ClassVar[list[str]] = [
        *("active", "held", "answers", "priority", "resting_priority"),
        *("automation_paused_until", "supports_international", "gives_receipts", "reason"),
        *("last_minutes", "last_hours", "changes"),
    ]
    readonly_fields = ["active", "held", "answers", "last_minutes", "last_hours", "changes"]

    channel = word_column("notification_type", "sends")

    @admin.display(description="Held")
    def held(self, row: ProviderDetails) -> str:
        """Say whether somebody holds it, and since when."""
        found: Hold | None = cast("Any", row).hold
        if found is None:
            return "no"
        return f"since {found.created_at.astimezone(LONDON):%-d %b %H:%M}: {found.reason}"

    @admin.display(description="Answers")
    def answers(self, row: ProviderDetails) -> str:
        """Whether messages are sent there, or only probes."""
        opened_at = circuit_of(row).opened_at
        return (
            "yes" if opened_at is None else f"not since {opened_at.astimezone(LONDON):%d %b %H:%M}"
        )

    @admin.display(description="Calls by minute")
    def last_minutes(self, row: Any) -> SafeString:
        """What it did in the last hour; unknown outcomes are no errors."""
        return cast("Tables", row.tables).minutes

    @admin.display(description="Calls by hour")
    def last_hours(self, row: Any) -> SafeString:
        """What it did in the last two days."""
        return cast("Tables", row.tables).hours

    @admin.display(description="Changes")
    def changes(self, row: Any) -> SafeString:
        """Who changed what, and why."""
        return cast("Tables", row.tables).changes

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """Find the row, with its tables: the page asks five times for the value of a field."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            row.tables = Tables.of(row, clock.now())
            row.hold = find_hold(Hold.Kind.PROVIDER, row.identifier)
        return row

    def has_look_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Show messages to those who may see them."""
        return request.user.has_perm("notifications.view_notification")

    @action(description="What it did not take", url_path="not-taken", permissions=["look"])  # type: ignore[untyped-decorator]
    @method_decorator(require_safe)
    def not_taken(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show which messages it did not take, and whose they are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return not_taken_page(request, self.found(request, object_id))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Providers come with the code."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History refers to them."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ProviderDetails,
        form: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        """Save as a new version and leave an audit event."""
        changes = {name: form.cleaned_data[name] for name in form.changed()}
        if not changes:
            return
        actor, reason = cast("User", request.user), form.cleaned_data["reason"]
        change_provider(obj.pk, changes, actor=actor, reason=reason)

    def has_switch_off_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what is on."""
        return self._may_switch(request, object_id, is_active=True)

    def has_switch_on_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Only what is off."""
        return self._may_switch(request, object_id, is_active=False)

    @action(description="Switch off", url_path="switch-off", permissions=["switch_off"])  # type: ignore[untyped-decorator]
    @elevated
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send nothing there any more, once its name was typed."""
        consequences = [
            "Other providers of the channel take its share. Receipts for what it has still count.",
            "To stop it for a while, hold it: where it is the only one, messages wait for it.",
        ]
        return self._switch(request, object_id, "Switch off", consequences, to=False)

    @action(description="Switch on", url_path="switch-on", permissions=["switch_on"])  # type: ignore[untyped-decorator]
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let messages go there."""
        consequences = ["It takes its share of the channel at once, by its weight."]
        return self._switch(request, object_id, "Switch on", consequences, to=True)

    def _may_switch(self, request: HttpRequest, object_id: str, *, is_active: bool) -> bool:
        if not self.has_change_permission(request):
            return False
        if request.method == "POST" or not object_id:
            return True
        # Not with its tables, which are asked for once.
        return self.named(object_id).filter(active=is_active).exists()

    def _switch(
        self, request: HttpRequest, object_id: str, word: str, consequences: list[str], *, to: bool
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        question = Question(
            title=f"{word} {row.display_name} for {_SENT[row.notification_type]}?",
            button=word,
            consequences=consequences,
            back=reverse("admin:notifications_providerdetails_change", args=[row.pk]),
            typed="" if to else row.display_name,
            typed_name="the name of the provider",
        )

        def do(reason: str) -> str:
            actor = cast("User", request.user)
            change_provider(row.pk, {"active": to}, actor=actor, reason=reason)
            return f"{word}: done."

        return confirm(self, request, question, do)
