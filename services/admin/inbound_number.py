"""Numbers that people can text to: load, allocate, release and archive them."""

from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse

from notify_project.admin.asking import AsksWhy
from notify_project.admin.confirming import Question, chosen, confirm
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from services.inbound_numbers import (
    add_number,
    allocate_number,
    archive_number,
    release_number,
)
from services.models import InboundNumber, User


class InboundNumberForm(ReasonedForm, ModelForm[InboundNumber]):
    """A number, who hands on its texts, and who has it."""

    provider = ChoiceField()

    class Meta:
        model = InboundNumber
        fields: ClassVar[list[str]] = ["number", "provider", "service"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "provider" in self.fields:
            choices = [(name, name) for name in sorted(settings.RECEIVED_TEXTS)]
            cast("ChoiceField", self.fields["provider"]).choices = choices


@admin.register(InboundNumber)
class InboundNumberAdmin(AsksWhy, UseCaseAdmin[InboundNumber]):
    """One row a number. Giving it a service allocates it; taking the service away releases it."""

    form = InboundNumberForm
    list_display = ["number", "provider", "service", "active", "created_at"]
    list_filter = ["provider", "active", ("service", admin.EmptyFieldListFilter)]
    list_select_related = ["service"]
    search_fields = ["=id", "number", "=service__id", "service__name"]
    search_help_text = "Part of a number, id of a number or service, or part of a service's name."
    autocomplete_fields = ["service"]
    ordering = ["number"]
    actions = ["archive_numbers"]
    fields: ClassVar[list[str]] = ["number", "provider", "service", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep what a number is; only who has it changes."""
        if obj is None:
            return []
        return ["number", "provider"] if obj.active else ["number", "provider", "service"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Numbers are archived, not deleted."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: InboundNumber,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Load, allocate or release, through the use cases."""
        actor, given = cast("User", request.user), form.cleaned_data
        if not change:
            obj.pk = add_number(given["number"], given["provider"], actor=actor).pk
        elif "service" not in form.changed_data:
            return
        elif form.initial["service"]:
            release_number(obj, actor=actor)
        if service := given.get("service"):
            allocate_number(service, obj.number, actor=actor)

    @admin.action(description="Archive", permissions=["change"])
    def archive_numbers(
        self, request: HttpRequest, queryset: QuerySet[InboundNumber]
    ) -> HttpResponse:
        """Ask why first; then give the numbers up for good."""
        numbers = list(queryset)
        question = Question(
            title="Archive these numbers?",
            button="Archive for good",
            consequences=["Services that have them lose them, and get no more texts."],
            # With the filters of the list.
            back=request.get_full_path(),
            hidden=chosen("archive_numbers", numbers),
            rows=numbers,
        )

        def do(reason: str) -> str:
            for row in numbers:
                archive_number(row, actor=cast("User", request.user), reason=reason)
            return f"Archived {len(numbers)} numbers."

        return confirm(self, request, question, do)
