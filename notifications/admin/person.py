"""Find and erase a person, and see who asked for it; whom, nobody sees."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from redis import RedisError

from notifications.models import PersonRequest
from notifications.support.certificate import WORDS
from notifications.support.erase import erase
from notifications.support.find import NAMES, find
from notifications.support.person import read_person
from notify_project.admin.elevation import elevated
from notify_project.admin.pages import BigTableAdmin
from notify_project.admin.reasons import WhyForm
from notify_project.api.errors import ApiError, ServiceUnavailable
from services.models import User


class PersonForm(WhyForm):
    """Whom to look for, why, and for which case."""

    recipients = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Email addresses, phone numbers and postal addresses of the person, one a line: "
        "12 High Street, SW1A 1AA. Without the name, a whole household is found.",
    )
    case_reference = forms.CharField(
        max_length=100, label="Case", help_text="What you call the affair; it is kept, too."
    )
    confirmation = forms.CharField(required=False)
    field_order = ("recipients", "reason", "case_reference", "confirmation")


@admin.register(PersonRequest)
class PersonRequestAdmin(BigTableAdmin[PersonRequest]):
    """Looks and erasures; a new one begins on a page of its own."""

    list_display = ["case_reference", "kind", "reason", "actor", "created_at", "finished_at"]
    list_filter = ["kind"]
    list_select_related = ["actor"]
    search_fields = ["=id", "=case_reference"]
    search_help_text = "Exactly a case, or the id of a certificate."
    ordering = ["-created_at", "-id"]
    exclude = ["digests", "counts"]
    readonly_fields: ClassVar[list[str]] = ["id", "what_was_counted"]

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Only those look who may see recipients."""
        return request.user.has_perms(
            ["notifications.add_personrequest", "notifications.view_recipient"]
        )

    def get_urls(self) -> list[URLPattern]:
        """Let the page for a new request ask, and never show what it was asked in an address."""
        page = self.admin_site.admin_view(never_cache(self.ask))
        return [path("add/", page, name="notifications_personrequest_add"), *super().get_urls()]

    @admin.display(description="Counted")
    def what_was_counted(self, row: PersonRequest) -> str:
        """Say how much was found or erased."""
        words = NAMES if row.kind == PersonRequest.Kind.FIND else WORDS
        counted = (f"{words[name]}: {count}" for name, count in row.counts.items() if count)
        return "; ".join(counted) or "nothing"

    @elevated
    def ask(self, request: HttpRequest) -> HttpResponse:
        """Ask whom; show how much there is; erase once the case was typed again."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PersonForm(request.POST or None)
        context: dict[str, Any] = {"form": form, "found": None}
        if form.is_valid():
            try:
                if "erase" in request.POST:
                    return self._erase(request, form.cleaned_data)
                context["found"] = self._found(request, form.cleaned_data)
            except ApiError as error:
                messages.error(request, error.message)
            except RedisError:
                messages.error(request, ServiceUnavailable().message)
        context |= {
            **self.admin_site.each_context(request),
            "title": "Find and erase a person",
            "opts": self.opts,
        }
        template = "admin/notifications/personrequest/ask.html"
        return TemplateResponse(request, template, context)

    def _found(self, request: HttpRequest, given: dict[str, Any]) -> list[tuple[str, int]]:
        found = find(
            read_person(_lines(given["recipients"])),
            actor=cast("User", request.user),
            reason=given["reason"],
            case_reference=given["case_reference"],
            tell=_nobody_listens,
        )
        return [(name, found.counts[store]) for store, name in NAMES.items()]

    def _erase(self, request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
        person = read_person(_lines(given["recipients"]))
        if given["confirmation"] != given["case_reference"]:
            messages.error(request, "Nothing was erased: type the case as it is written")
            return HttpResponseRedirect(reverse("admin:notifications_personrequest_add"))
        done = erase(
            person,
            actor=cast("User", request.user),
            reason=given["reason"],
            case_reference=given["case_reference"],
            tell=_nobody_listens,
        )
        messages.success(request, "The person is erased. This is the certificate.")
        return HttpResponseRedirect(
            reverse("admin:notifications_personrequest_change", args=[done.id])
        )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _nobody_listens(text: str) -> None:
    del text
