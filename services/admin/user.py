"""People."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm
from django.db import transaction
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from notify_project import audit
from services.members import forget_member
from services.models import User

_AUDITED = frozenset({"state", "platform_admin", "is_superuser"})


class AddUserForm(BaseUserCreationForm[User]):
    """A new person."""

    class Meta:
        model = User
        fields = ("email_address", "name")
        field_classes: ClassVar[dict[str, Any]] = {}

    def clean_email_address(self) -> str:
        """Keep addresses in lower case, so that one person cannot have two accounts."""
        return str(self.cleaned_data["email_address"]).strip().lower()


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User], ModelAdmin):
    """Support staff and members of services' teams."""

    add_form = AddUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["email_address", "name", "state", "platform_admin"]
    list_filter = ["platform_admin", "state"]
    search_fields = ["=email_address", "name"]
    search_help_text = "An email address, or part of a name."
    ordering = ["email_address"]
    filter_horizontal = ["groups", "user_permissions"]
    fieldsets = [
        (None, {"fields": ["email_address", "name", "mobile_number", "password", "state"]}),
        ("Rights", {"fields": ["platform_admin", "is_superuser", "groups", "user_permissions"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"classes": ["wide"], "fields": ["email_address", "name", "password1", "password2"]},
        ),
    ]

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save, and let the person's services know whom they may write to."""
        changed = form.changed_data if change else []
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            audit.record(
                "change person" if change else "create person",
                obj,
                actor=cast("User", request.user),
                before=_audited(form.initial, changed),
                after=_audited(form.cleaned_data, changed),
            )
        forget_member(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are made inactive, not deleted: what they did stays theirs."""
        return False


def _audited(values: Mapping[str, Any], changed: list[str]) -> dict[str, Any] | None:
    """Return what an audit event may keep: of what is personal only that it changed."""
    shown = {name: values[name] if name in _AUDITED else "not kept" for name in changed}
    return shown or None
