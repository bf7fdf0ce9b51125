"""What is done to a person's account besides changing it: each with its own right and a reason."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from notify_project.admin.elevation import elevated
from notify_project.admin.once import once
from notify_project.admin.pages import StaffAdmin
from notify_project.admin.reasons import WhyForm
from notify_project.api.errors import ApiError
from services import sign_in
from services.accounts.factors import has_factor, reset_factors
from services.giving_roles import (
    LONGEST_HOURS,
    end_early,
    give_for_a_time,
    may_look_after,
    set_roles,
)
from services.models import User
from services.roles import SENTENCES, STAFF_ROLES, Role
from services.sessions import open_sessions, sign_out

_HOURS = [(hours, f"{hours} hours") for hours in (2, 4, 8, LONGEST_HOURS)]


class RolesForm(WhyForm):
    """All roles of a person."""

    roles = forms.MultipleChoiceField(
        choices=[(role.value, f"{role.label}: {SENTENCES[role]}") for role in Role],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Roles",
    )
    field_order = ("roles", "reason")


class RoleForATimeForm(WhyForm):
    """One more role, and for how long."""

    role = forms.ChoiceField(
        choices=[
            (role.value, role.label) for role in Role if role in STAFF_ROLES - {Role.ADMINISTRATOR}
        ],
        widget=UnfoldAdminSelectWidget,
    )
    hours = forms.TypedChoiceField(
        choices=_HOURS, coerce=int, widget=UnfoldAdminSelectWidget, label="For how long"
    )
    field_order = ("role", "hours", "reason")


class UserSteps(StaffAdmin[User]):
    """The buttons on the page of a person."""

    actions_detail = [
        *("change_roles", "give_role", "end_role", "unlock", "sign_out", "reset_factors")
    ]

    def has_change_roles_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Administrators alone, and of others."""
        return self._may(request, object_id, "services.change_roles")

    def has_end_role_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """As who gives roles, while one runs."""
        person = self._person(request, object_id)
        may = self._may(request, object_id, "services.change_roles")
        return may and bool(person and set(person.temporary_roles) & person.held_roles())

    def has_unlock_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Where somebody tried in vain."""
        person = self._person(request, object_id)
        counted = person is not None and bool(person.failed_login_count)
        return counted and self._may(request, object_id, "services.unlock_user")

    def has_sign_out_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Administrators."""
        return self._may(request, object_id, "services.end_sessions")

    def has_reset_factors_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Administrators, where there is a factor."""
        person = self._person(request, object_id)
        may = self._may(request, object_id, "services.reset_factors")
        return may and person is not None and once(person, has_factor)

    @action(description="Change roles", url_path="roles", permissions=["change_roles"])  # type: ignore[untyped-decorator]
    @elevated
    def change_roles(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what the person may do."""
        person = self.found(request, object_id)
        held = sorted(set(person.roles) | ({"administrator"} if person.is_superuser else set()))
        form = RolesForm(request.POST or None, initial={"roles": held})

        def do(roles: list[str], reason: str) -> str:
            is_new = set_roles(person, roles, actor=_actor(request), reason=reason)
            return "The roles are changed." if is_new else "Nothing has changed."

        return self._ask_and_do(request, person, do, form=form, title="Change roles")

    @action(
        description="Give a role for a time", url_path="give-role", permissions=["change_roles"]
    )  # type: ignore[untyped-decorator]
    @elevated
    def give_role(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give one more role, which ends by itself."""
        person = self.found(request, object_id)

        def do(role: str, hours: int, reason: str) -> str:
            give_for_a_time(person, role, hours=hours, actor=_actor(request), reason=reason)
            return f"The role {role} ends by itself in {hours} hours."

        form = RoleForATimeForm(request.POST or None)
        return self._ask_and_do(request, person, do, form=form, title="Give a role for a time")

    @action(description="End the role for a time", url_path="end-role", permissions=["end_role"])  # type: ignore[untyped-decorator]
    @elevated
    def end_role(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End what was given for a time."""
        person = self.found(request, object_id)

        def do(reason: str) -> str:
            is_new = end_early(person, actor=_actor(request), reason=reason)
            return "It has ended." if is_new else "It had ended already."

        form = WhyForm(request.POST or None)
        return self._ask_and_do(request, person, do, form=form, title="End the role now")

    @action(description="Unlock", url_path="unlock", permissions=["unlock"])  # type: ignore[untyped-decorator]
    @elevated
    def unlock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the person try again."""
        person = self.found(request, object_id)

        def do(reason: str) -> str:
            is_new = sign_in.unlock(person, actor=_actor(request), reason=reason)
            return "They can try again." if is_new else "Nothing was counted."

        form = WhyForm(request.POST or None)
        return self._ask_and_do(request, person, do, form=form, title="Let them sign in again")

    @action(description="Sign out everywhere", url_path="sign-out", permissions=["sign_out"])  # type: ignore[untyped-decorator]
    @elevated
    def sign_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the person's sessions."""
        person = self.found(request, object_id)

        def do(reason: str) -> str:
            ended = sign_out(person, actor=_actor(request), reason=reason)
            return f"{ended} sessions ended."

        form = WhyForm(request.POST or None)
        shown: dict[str, Any] = {"form": form, "sessions": open_sessions(person)}
        return self._ask_and_do(request, person, do, title="Sign out everywhere", **shown)

    @action(
        description="Reset second factors", url_path="reset-factors", permissions=["reset_factors"]
    )  # type: ignore[untyped-decorator]
    @elevated
    def reset_factors(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take lost factors away."""
        person = self.found(request, object_id)

        def do(reason: str) -> str:
            reset_factors(person, actor=_actor(request), reason=reason)
            return "The factors are gone: the person sets up new ones."

        form = WhyForm(request.POST or None)
        return self._ask_and_do(request, person, do, form=form, title="Reset second factors")

    def _person(self, request: HttpRequest, object_id: str) -> User | None:
        """Find the person once for all buttons of a page."""
        kept: dict[str, User | None] = request.__dict__.setdefault("_persons", {})
        if object_id and object_id not in kept:
            kept[object_id] = cast("User | None", self.get_object(request, object_id))
        return kept.get(object_id)

    def _may(self, request: HttpRequest, object_id: str, right: str) -> bool:
        person, actor = self._person(request, object_id), _actor(request)
        if person is None or person == actor or not actor.has_perm(right):
            return False
        return may_look_after(actor, person)

    def _ask_and_do(
        self,
        request: HttpRequest,
        person: User,
        do: Callable[..., str],
        *,
        form: forms.Form,
        title: str,
        **context: Any,
    ) -> HttpResponse:
        if form.is_valid():
            try:
                said = do(**form.cleaned_data)
            except ApiError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, said)
                return HttpResponseRedirect(reverse("admin:services_user_change", args=[person.pk]))
        shown = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "person": person,
            "opts": self.opts,
            **context,
        }
        return TemplateResponse(request, "admin/services/user/step.html", shown)


def _actor(request: HttpRequest) -> User:
    return cast("User", request.user)
