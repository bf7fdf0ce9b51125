"""People."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminPasswordWidget

from notify_project import audit, clock
from notify_project.admin.asking import AsksWhy, given_reason
from notify_project.admin.elevation import ask_again, elevated, is_elevated
from notify_project.admin.once import once
from notify_project.admin.reasons import ReasonedForm, WhyForm
from services.accounts.factors import has_factor
from services.admin.user_steps import UserSteps
from services.giving_roles import may_look_after
from services.members import forget_member
from services.models import User
from services.sign_in import is_locked

_AUDITED = frozenset({"state"})
_RIGHTS = frozenset({"groups", "user_permissions"})

# Addresses are columns of people, and secrets of factors are for nobody to look at.
for model in (Authenticator, EmailAddress):
    admin.site.unregister(model)


class AddUserForm(WhyForm, BaseUserCreationForm[User]):
    """A new person, and why there is one."""

    class Meta:
        model = User
        fields = ("email_address", "name")
        field_classes: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("password1", "password2"):
            attributes = {"autocomplete": "new-password"}
            self.fields[name].widget = UnfoldAdminPasswordWidget(attrs=attributes)

    def clean_email_address(self) -> str:
        """Keep addresses in lower case, so that one person cannot have two accounts."""
        return str(self.cleaned_data["email_address"]).strip().lower()


class ChangeUserForm(ReasonedForm, UserChangeForm[User]):
    """A person, and why the account changes."""


class PasswordForm(WhyForm, AdminPasswordChangeForm):
    """A new password of somebody else, and why."""


@admin.register(User)
class UserAdmin(AsksWhy, UserSteps, DjangoUserAdmin[User]):
    """Support staff and members of services' teams."""

    add_form = AddUserForm
    form = ChangeUserForm
    change_password_form = PasswordForm
    change_user_password_template = "admin/services/user/password.html"  # noqa: S105 - a page
    list_display = ["email_address", "name", "state", "shown_roles", "locked"]
    list_filter = ["platform_admin", "state"]
    search_fields = ["=email_address", "name"]
    search_help_text = "An email address, or part of a name."
    ordering = ["email_address"]
    filter_horizontal = ["groups", "user_permissions"]
    readonly_fields = ["shown_roles", "for_a_time", "second_factor", "locked"]
    fieldsets = [
        (None, {"fields": ["email_address", "name", "mobile_number", "password", "state"]}),
        ("Roles", {"fields": ["shown_roles", "for_a_time", "second_factor", "locked"]}),
        ("Rights by hand, besides those of roles", {"fields": ["groups", "user_permissions"]}),
        (None, {"fields": ["reason"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["email_address", "name", "password1", "password2", "reason"],
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Let administrators alone give rights by hand, and none to themselves."""
        fields = list(super().get_readonly_fields(request, obj))
        actor = cast("User", request.user)
        if obj is not None and not (actor.is_administrator and actor != obj):
            fields += ["groups", "user_permissions"]
        return fields

    @admin.display(description="roles")
    def shown_roles(self, person: User) -> str:
        """Name the roles that the person has now."""
        return ", ".join(sorted(person.held_roles())) or "-"

    @admin.display(description="for a time")
    def for_a_time(self, person: User) -> str:
        """Say which roles end by themselves, and when."""
        held = person.held_roles()
        running = [(role, end) for role, end in person.temporary_roles.items() if role in held]
        return ", ".join(f"{role} until {_shown(end)}" for role, end in running) or "-"

    @admin.display(description="second factor")
    def second_factor(self, person: User) -> str:
        """Tell whether the person has one."""
        return "set up" if once(person, has_factor) else "none"

    @admin.display(description="signing in", ordering="failed_login_count")
    def locked(self, person: User) -> str:
        """Tell whether the person tried too often to sign in."""
        if is_locked(person):
            return f"locked out after {person.failed_login_count} failures"
        return f"{person.failed_login_count} failures" if person.failed_login_count else "-"

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a person; whoever changes one shows first that it is them."""
        if request.method == "POST" and not is_elevated(request):
            return ask_again(request)
        return super().changeform_view(request, *args, **kwargs)

    @elevated
    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """Set somebody's password, with which one could be them."""
        with audit.because(given_reason(request)), transaction.atomic():
            before = self.get_object(request, unquote(id))
            response = super().user_change_password(request, id, form_url)
            after = self.get_object(request, unquote(id))
            if before and after and before.password != after.password:
                audit.record("change password", after, actor=cast("User", request.user))
        return response

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save what the form changed, and let the person's services know whom they may write to."""
        changed = form.changed() if change else []
        if change and not changed:
            return
        columns = {field.name for field in obj._meta.concrete_fields}  # noqa: SLF001 - public Meta
        with transaction.atomic():
            if change:
                # Not the whole row: somebody may give the person a role at this moment.
                obj.save(update_fields=sorted(columns & set(changed)))
            else:
                super().save_model(request, obj, form, change)
            audit.record(
                "change person" if change else "create person",
                obj,
                actor=cast("User", request.user),
                before=_audited(form.initial, changed),
                after=_audited(form.cleaned_data, changed),
            )
        forget_member(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody change an account that may do more than their own."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or may_look_after(cast("User", request.user), obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are made inactive, not deleted: what they did stays theirs."""
        return False


def _shown(end: str) -> str:
    return datetime.fromisoformat(end).astimezone(clock.LONDON).strftime("%-d %B, %H:%M in London")


def _audited(values: Mapping[str, Any], changed: list[str]) -> dict[str, Any] | None:
    """Return what an audit event may keep: of what is personal only that it changed."""
    return {name: _kept(name, values.get(name)) for name in changed} or None


def _kept(name: str, value: Any) -> Any:
    if name in _RIGHTS:
        return sorted(getattr(each, "codename", None) or each.name for each in value or ())
    return value if name in _AUDITED else "not kept"
