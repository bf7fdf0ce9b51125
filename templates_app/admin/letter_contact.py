"""Contact blocks of letters: added and archived, never changed."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from notify_project.admin.pages import UseCaseAdmin
from notify_project.api.errors import ApiError
from services.models import ServiceLetterContact
from services.senders import add_letter_contact, archive_sender, make_default
from templates_app.form_checks import require_no_commas

_ASKED = ("service", "contact_block", "is_default")


class LetterContactForm(ModelForm[ServiceLetterContact]):
    """A contact block that does not exist yet."""

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
class LetterContactAdmin(UseCaseAdmin[ServiceLetterContact]):
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
        return [*_ASKED, "archived", "created_at", "id"] if obj else _ASKED

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
        obj.pk = add_letter_contact(
            given["service"], given["contact_block"], is_default=given["is_default"]
        ).pk

    @admin.action(description="Make default of its service", permissions=["add"])
    def make_default(self, request: HttpRequest, queryset: QuerySet[ServiceLetterContact]) -> None:
        """Make each block the only default of its service."""
        self._each(request, queryset, make_default)

    @admin.action(description="Archive", permissions=["add"])
    def archive(
        self, request: HttpRequest, queryset: QuerySet[ServiceLetterContact]
    ) -> HttpResponse | None:
        """Ask first; then archive for good."""
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": "Archive these contact blocks?",
                "blocks": queryset,
                "opts": self.opts,
            }
            template = "admin/services/servicelettercontact/archive.html"
            return TemplateResponse(request, template, context)
        self._each(request, queryset, archive_sender)
        # With the filters of the list.
        return HttpResponseRedirect(request.get_full_path())

    def _each(
        self, request: HttpRequest, queryset: QuerySet[ServiceLetterContact], use_case: Any
    ) -> None:
        """Change each block by itself; say why one of them stays as it is."""
        done = 0
        for block in queryset:
            try:
                use_case(block)
                done += 1
            except ApiError as error:
                self.message_user(request, f"{block}: {error.message}", messages.ERROR)
        if done:
            self.message_user(request, f"Changed {done} contact blocks.", messages.SUCCESS)
