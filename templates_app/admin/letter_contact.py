"""Contact blocks of letters: added and archived, never changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from notify_project import audit
from notify_project.admin.asking import AsksWhy
from notify_project.admin.confirming import Question, chosen, confirm
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import WhyForm
from notify_project.api.errors import ApiError
from services.models import ServiceLetterContact, User
from services.senders import add_letter_contact, archive_sender, make_default
from templates_app.form_checks import require_no_commas

_ASKED = ("service", "contact_block", "is_default")


class LetterContactForm(WhyForm, ModelForm[ServiceLetterContact]):
    """A contact block that does not exist yet, and why it is wanted."""

    class Meta:
        model = ServiceLetterContact
        fields: ClassVar[list[str]] = list(_ASKED)

    def clean_contact_block(self) -> str:
        """Refuse what only people are refused."""
        block: str = self.cleaned_data["contact_block"]
        try:
            require_no_commas(block)
        except ApiError as error:
            raise ValidationError(error.message) from error
        return block


@admin.register(ServiceLetterContact)
class LetterContactAdmin(AsksWhy, UseCaseAdmin[ServiceLetterContact]):
    """Addresses at the top of letters; in this app because they have placeholders."""

    service_path = "service"
    form = LetterContactForm
    list_display = ["contact_block", "service", "is_default", "archived"]
    list_filter = ["archived", "is_default"]
    list_select_related = ["service"]
    search_fields = ["=id", "contact_block", "service__name"]
    search_help_text = "Id, or part of an address or of the name of a service."
    autocomplete_fields = ["service"]
    ordering = ["service__name", "-is_default", "created_at", "id"]
    actions = ["make_default", "archive"]

    def get_fields(self, request: HttpRequest, obj: ServiceLetterContact | None = None) -> Any:
        """Show more of a block that exists than is asked for a new one."""
        return [*_ASKED, "archived", "created_at", "id"] if obj else [*_ASKED, "reason"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A block is not changed: letters that were sent have it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A block is archived, not deleted."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ServiceLetterContact,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Add the block."""
        given = form.cleaned_data
        with transaction.atomic():
            row = add_letter_contact(
                given["service"], given["contact_block"], is_default=given["is_default"]
            )
            audit.record(
                "add letter contact",
                row,
                actor=cast("User", request.user),
                service_id=row.service_id,
                after=_told(row),
            )
        obj.pk = row.pk

    @admin.action(description="Make default of its service", permissions=["add"])
    def make_default(
        self, request: HttpRequest, queryset: QuerySet[ServiceLetterContact]
    ) -> HttpResponse:
        """Ask why; then make each block the only default of its service."""
        question = Question(
            title="Make these the default of their services?",
            button="Make default",
            consequences=["What was the default is none from now on."],
            back=request.get_full_path(),
            hidden=chosen("make_default", queryset),
            rows=[f"{block}, {block.service}" for block in queryset],
        )
        change = _Change("make letter contact the default", make_default)
        return self._ask_and_do(request, queryset, question, change)

    @admin.action(description="Archive", permissions=["add"])
    def archive(
        self, request: HttpRequest, queryset: QuerySet[ServiceLetterContact]
    ) -> HttpResponse:
        """Ask why; then archive for good."""
        question = Question(
            title="Archive these contact blocks?",
            button="Archive",
            consequences=[
                "Templates that use them have none from now on. An archived block cannot be "
                "brought back."
            ],
            back=request.get_full_path(),
            hidden=chosen("archive", queryset),
            rows=[f"{block}, {block.service}" for block in queryset],
        )
        change = _Change("archive letter contact", archive_sender)
        return self._ask_and_do(request, queryset, question, change)

    def _ask_and_do(
        self,
        request: HttpRequest,
        queryset: QuerySet[ServiceLetterContact],
        question: Question,
        change: "_Change",
    ) -> HttpResponse:
        """Change each block by itself; say why one of them stays as it is."""
        actor = cast("User", request.user)

        def do(reason: str) -> str:
            done = 0
            for block in queryset:
                try:
                    change.make(block, actor=actor, reason=reason)
                    done += 1
                except ApiError as error:
                    self.message_user(request, f"{block}: {error.message}", messages.ERROR)
            return f"Changed {done} contact blocks."

        return confirm(self, request, question, do)


@dataclass(frozen=True, slots=True)
class _Change:
    """What is done to a block, and what the audit calls it."""

    name: str
    use_case: Callable[[ServiceLetterContact], None]

    def make(self, block: ServiceLetterContact, *, actor: User, reason: str) -> None:
        """Change a block, audited."""
        before = _told(block)
        with transaction.atomic():
            self.use_case(block)
            block.refresh_from_db()
            audit.record(
                self.name,
                block,
                actor=actor,
                service_id=block.service_id,
                before=before,
                after=_told(block),
                reason=reason,
            )


def _told(block: ServiceLetterContact) -> dict[str, bool]:
    """Return what an audit event tells of a block, whose words may name somebody."""
    return {"is_default": block.is_default, "archived": block.archived}
