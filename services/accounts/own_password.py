"""One's own password, changed by who knows the old one."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse_lazy
from unfold.forms import AdminOwnPasswordChangeForm

from notify_project import audit
from services.models import User
from services.sign_in import is_locked, record_failure


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """The old password and the new one; who guesses the old one is locked out."""

    def clean_old_password(self) -> str:
        """Count what is wrong, as the page of signing in does."""
        user: User = self.user
        user.refresh_from_db(fields=["failed_login_count"])
        if is_locked(user):
            raise ValidationError("You are locked out: ask an administrator.")
        try:
            return str(super().clean_old_password())
        except ValidationError:
            record_failure(user, "password")
            raise

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Save the password alone, audited."""
        user: User = self.user
        user.set_password(self.cleaned_data["new_password1"])
        if commit:
            with transaction.atomic():
                user.save(update_fields=["password", "password_changed_at"])
                audit.record("change password", user, actor=user)
        return user


class OwnPassword(PasswordChangeView):
    """The page."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")
    template_name = "registration/password_change_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows, in the frame of the site."""
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
