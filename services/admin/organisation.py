"""Organisations."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from notify_project import audit
from notify_project.admin.asking import AsksWhy
from notify_project.admin.pages import StaffAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.words import word_column
from services.models import Organisation, User


class OrganisationForm(ReasonedForm, ModelForm[Organisation]):
    """An organisation, and why it changes."""

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = ["name", "organisation_type", "active"]


@admin.register(Organisation)
class OrganisationAdmin(AsksWhy, StaffAdmin[Organisation]):
    """Who runs services."""

    form = OrganisationForm
    list_display = ["name", "kind", "active"]
    search_fields = ["name"]
    search_help_text = "Part of a name."
    fields = ["name", "organisation_type", "active", "reason"]
    ordering = ["name"]

    kind = word_column("organisation_type", "kind")

    def save_model(
        self,
        request: HttpRequest,
        obj: Organisation,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save, and leave an audit event."""
        changed = form.changed()
        if change and not changed:
            return
        super().save_model(request, obj, form, change)
        audit.record(
            "change organisation" if change else "create organisation",
            obj,
            actor=cast("User", request.user),
            before={name: form.initial.get(name) for name in changed} if change else None,
            after={name: form.cleaned_data[name] for name in changed},
        )

    def delete_model(self, request: HttpRequest, obj: Organisation) -> None:
        """Delete it, audited."""
        before = {name: getattr(obj, name) for name in ("name", "organisation_type", "active")}
        audit.record("delete organisation", obj, actor=cast("User", request.user), before=before)
        obj.delete()
