"""API keys: issued once, shown once, revoked, never changed."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action

from notify_project import clock
from notify_project.admin.asking import AsksWhy
from notify_project.admin.confirming import Question, chosen, confirm
from notify_project.admin.elevation import elevated
from notify_project.admin.filters import FoundByName
from notify_project.admin.london import written
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import WhyForm
from notify_project.admin.tables import link
from services.api_keys import InvalidKey, IssuedKey, issue, revoke
from services.models import ApiKey, User


class IssueKeyForm(WhyForm, ModelForm[ApiKey]):
    """A key that does not exist yet, and what it is for."""

    class Meta:
        model = ApiKey
        fields: ClassVar[list[str]] = ["service", "name", "key_type"]


@admin.register(ApiKey)
class ApiKeyAdmin(AsksWhy, UseCaseAdmin[ApiKey]):
    """Keys of services. The secret is shown on one page, once."""

    service_path = "service"
    form = IssueKeyForm
    list_display = ["name", "service", "key_type", "created_at", "revoked"]
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
    actions_detail: ClassVar[list[str]] = ["revoke"]
    readonly_fields: ClassVar[list[str]] = ["revoked", "use"]
    fields: ClassVar[list[str]] = ["service", "name", "key_type", "reason"]
    readonly_once_issued = [
        "service",
        "name",
        "key_type",
        "created_at",
        "revoked",
        "created_by",
        "use",
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

    @admin.action(description="Revoke", permissions=["revoke"])
    @elevated
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Ask first; then revoke at once and for good."""
        # With the filters of the list.
        back = request.get_full_path()
        return self._revoke(request, list(queryset.select_related("service")), back)

    def has_revoke_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Apart from issuing, for it stops a service at once; only what is not revoked yet."""
        may = request.user.has_perm("services.revoke_apikey")
        if request.method == "POST" or not object_id:
            return may
        key = self.get_object(request, object_id)
        return may and key is not None and key.expiry_date is None

    @action(description="Revoke", url_path="revoke", permissions=["revoke"])  # type: ignore[untyped-decorator]
    @elevated
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revoke one key, once its name was typed."""
        key = self.get_object(request, object_id)
        if key is None:
            raise Http404
        return self._revoke(request, [key], reverse("admin:services_apikey_change", args=[key.pk]))

    @admin.display(description="revoked", ordering="expiry_date")
    def revoked(self, key: ApiKey) -> str:
        """Say since when, if it is; any date means so, even one to come."""
        return written(key.expiry_date) if key.expiry_date else "no"

    @admin.display(description="use")
    def use(self, key: ApiKey) -> str:
        """Link to what was sent with it."""
        url = reverse("admin:notifications_notification_key_use", args=[key.pk])
        return link(url, "When it was last used, and for what")

    def _revoke(self, request: HttpRequest, keys: list[ApiKey], back: str) -> HttpResponse:
        one = len(keys) == 1
        question = Question(
            title=f"Revoke the key {keys[0].name}?" if one else f"Revoke {len(keys)} keys?",
            button="Revoke for good",
            consequences=[
                "Programs that use it are refused at once. A revoked key cannot be brought back."
            ],
            back=back,
            typed=keys[0].name if one else f"{len(keys)} keys",
            typed_name="the name of the key" if one else "how many",
            hidden=chosen("revoke_keys", keys),
            rows=[f"{key.name} ({key.get_key_type_display()}) of {key.service}" for key in keys],
        )

        def do(reason: str) -> str:
            now, actor = clock.now(), cast("User", request.user)
            rows = [revoke(key, actor=actor, now=now, reason=reason) for key in keys]
            # Somebody else may have been first.
            count = sum(row.expiry_date == now for row in rows)
            if not count:
                raise InvalidKey("Revoked already: nothing was changed")
            return "Revoked 1 key." if count == 1 else f"Revoked {count} keys."

        return confirm(self, request, question, do)
