"""Templates, edited through new versions, and their past versions to read."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextInputWidget

from notify_project.admin.pages import ReadOnlyAdmin, UseCaseAdmin
from services.models import User
from templates_app.models import Template, TemplateHistory
from templates_app.validation import InvalidTemplate, require_valid
from templates_app.versions import (
    create_template,
    update_template,
)

EDITABLE = ["name", "subject", "content", "process_type", "has_unsubscribe_link"]


class TemplateForm(ModelForm[Template]):
    """A template as people edit it; each save that differs is a new version."""

    class Meta:
        model = Template
        fields: ClassVar[list[str]] = ["service", "template_type", *EDITABLE]
        widgets: ClassVar[dict[str, Any]] = {"subject": UnfoldAdminTextInputWidget}

    def clean(self) -> dict[str, Any]:
        """Check what the use cases check, before anything is saved."""
        cleaned = super().clean() or {}
        row = Template(template_type=self.instance.template_type, postage=self.instance.postage)
        for name, value in cleaned.items():
            setattr(row, name, value)
        if row.template_type == "sms":
            row.subject = cleaned["subject"] = cleaned.get("subject") or None  # "" is not null
        if row.template_type == "letter":
            row.postage = row.postage or "second"
        if not self.errors:
            try:
                require_valid(row)
            except InvalidTemplate as error:
                raise ValidationError(error.message) from error
        return cleaned


@admin.register(Template)
class TemplateAdmin(UseCaseAdmin[Template]):
    """What is sent. Only support staff set the process type."""

    form = TemplateForm
    list_display = ["name", "template_type", "service", "process_type", "version", "archived"]
    list_filter = ["template_type", "process_type", "archived"]
    list_select_related = ["service"]
    search_fields = ["=id", "name", "service__name"]
    search_help_text = "Id, or part of the name of a template or service."
    autocomplete_fields = ["service"]
    ordering = ["service__name", "name", "id"]
    readonly_fields = ["id", "version", "versions", "archived", "created_by", "updated_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave out the templates that stand for uploaded letters."""
        return super().get_queryset(request).filter(hidden=False)

    def get_fields(self, request: HttpRequest, obj: Template | None = None) -> Any:
        """Ask for service and type once; they never change."""
        if obj is None:
            return ["service", "template_type", *EDITABLE]
        hidden = {"subject"} if obj.template_type == "sms" else set()
        if obj.template_type != "email":
            hidden.add("has_unsubscribe_link")
        shown = [name for name in EDITABLE if name not in hidden]
        return ["service", "template_type", *shown, *self.readonly_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Template | None = None) -> Any:
        """Protect what a version cannot change."""
        return [*self.readonly_fields, "service", "template_type"] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Templates are archived, not deleted."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An archived template stays as it is."""
        return not (obj and obj.archived) and super().has_change_permission(request, obj)

    @admin.display(description="all versions")
    def versions(self, obj: Template) -> str:
        """Link to the versions of this template."""
        url = reverse("admin:templates_app_templatehistory_changelist")
        return format_html('<a href="{}?q={}">{}</a>', url, obj.pk, f"1 to {obj.version}")

    def save_model(
        self,
        request: HttpRequest,
        obj: Template,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Create, or save as a new version, through the use cases."""
        actor = cast("User", request.user)
        values = {name: form.cleaned_data[name] for name in EDITABLE if name in form.cleaned_data}
        if change:
            update_template(obj, actor=actor, **values)
            return
        obj.pk = create_template(
            form.cleaned_data["service"],
            template_type=form.cleaned_data["template_type"],
            actor=actor,
            **values,
        ).pk


@admin.register(TemplateHistory)
class TemplateHistoryAdmin(ReadOnlyAdmin[TemplateHistory]):
    """Every version of every template, for good."""

    list_display = ["name", "version", "template_type", "process_type", "archived", "updated_at"]
    search_fields = ["=id"]
    search_help_text = "Id of a template."
    ordering = ["id", "-version"]
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep out of the menu: one gets here from a template."""
        return False
