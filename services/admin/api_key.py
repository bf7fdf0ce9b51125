"""API keys: issued once, shown once, revoked, never changed."""

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from notify_project.admin.filters import FoundByName
from notify_project.admin.elevation import elevated
from notify_project.admin.pages import UseCaseAdmin
from services.api_keys import IssuedKey, issue, revoke
from services.models import ApiKey, User


class IssueKeyForm(ModelForm[ApiKey]):
    """A key that does not exist yet."""

    class Meta:
        model = ApiKey
        fields: ClassVar[list[str]] = ["service", "name", "key_type"]


@admin.register(ApiKey)
class ApiKeyAdmin(UseCaseAdmin[ApiKey]):
    """Keys of services. The secret is shown on one page, once."""

    service_path = "service"
    form = IssueKeyForm
    list_display = ["name", "service", "key_type", "created_at", "expiry_date"]
    list_filter = [
        ("service", FoundByName),
        "key_type",
        ("expiry_date", admin.EmptyFieldListFilter),
    ]
    list_filter_submit = True
    list_select_related = ["service"]
    search_fields = ["=id", "=service__id", "service__name", "name"]
    search_help_text = "Id of a key or service, or part of a name."
    autocomplete_fields = ["service"]
    ordering = ["-created_at", "id"]
    actions = ["revoke_keys"]
    fields: ClassVar[list[str]] = ["service", "name", "key_type"]
    readonly_once_issued = [
        "service",
        "name",
        "key_type",
        "created_at",
        "expiry_date",
        "created_by",
    ]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        """Show more of a key that exists than is asked for a new one."""
        return self.readonly_once_issued if obj else self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keys are revoked, not deleted."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ApiKey,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Issue the key; remember what may be shown once."""
        issued = issue(obj.service, obj.name, obj.key_type, actor=cast("User", request.user))
        obj.pk = issued.key.pk
        request.issued_key = issued  # type: ignore[attr-defined]  # for this response only

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key on a page that is never stored."""
        issued: IssuedKey = request.issued_key  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": "Copy the key now",
            "issued": issued,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/services/apikey/issued.html", context)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Apart from issuing: a revoked key stops a service at once."""
        return request.user.has_perm("services.revoke_apikey")

    @admin.action(description="Revoke", permissions=["revoke"])
    @elevated
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Ask first; then revoke at once and for good."""
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": "Revoke these keys?",
                "keys": queryset,
                "opts": self.opts,
            }
            return TemplateResponse(request, "admin/services/apikey/revoke.html", context)
        for key in queryset:
            revoke(key, actor=cast("User", request.user))
        self.message_user(request, f"Revoked {len(queryset)} keys.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:services_apikey_changelist"))
