"""Pages that ask why they are to save or delete something."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from notify_project import audit
from notify_project.admin.confirming import Question, answer_to, ask
from notify_project.api.errors import ApiError


def given_reason(request: HttpRequest) -> str:
    """Return the reason of a form, as it is kept; what is saved has passed the form."""
    return " ".join(request.POST.get("reason", "").split())


class AsksWhy(ModelAdmin[Any]):
    """A page that asks for a reason: the audit of all that it saves or deletes has it.

    To be named before the page's other bases, and its form after ``WhyForm``.

    Attributes:
        when_deleted: what comes of deleting a row.
    """

    when_deleted = "It cannot be brought back."

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show or save, with the reason."""
        with audit.because(given_reason(request)):
            return cast("HttpResponse", super().changeform_view(request, *args, **kwargs))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask why, then delete; say on the page of a row why it stays."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        page = reverse(f"{name}_change", args=[row.pk])
        question = Question(f"Delete {row}?", "Delete", [self.when_deleted], back=page)
        form = answer_to(question, request)
        if not form.is_valid():
            return ask(self, request, question, form)
        said = f"{row} is deleted."
        try:
            with audit.because(form.cleaned_data["reason"]), transaction.atomic():
                self.delete_model(request, row)
        except ApiError as error:
            self.message_user(request, error.message, messages.ERROR)
        except ProtectedError:
            self.message_user(request, f"Something still belongs to {row}.", messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
            page = reverse(f"{name}_changelist")
        return HttpResponseRedirect(page)
