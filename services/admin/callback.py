"""Callbacks: where services want to be told; tokens are never shown, signing secrets once."""

from dataclasses import replace
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminPasswordWidget

from notify_project.admin.asking import AsksWhy
from notify_project.admin.confirming import Question, answer_to, ask, chosen
from notify_project.admin.names import short
from notify_project.admin.pages import UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from notify_project.admin.words import WordsFilter, word_column
from services.callback_secrets import (
    RotationRefused,
    default_overlap,
    rotate_secret,
    signing_secrets,
)
from services.callbacks import set_callback
from services.models import ServiceCallbackApi, User


class CallbackForm(ReasonedForm, forms.ModelForm[ServiceCallbackApi]):
    """An address and its token; an empty token keeps the one there is."""

    token = forms.CharField(
        label="Bearer token",
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="At least 10 characters. Leave it empty to keep the token there is.",
    )

    class Meta:
        model = ServiceCallbackApi
        fields: ClassVar[list[str]] = ["service", "callback_type", "url"]


@admin.register(ServiceCallbackApi)
class CallbackAdmin(AsksWhy, UseCaseAdmin[ServiceCallbackApi]):
    """One row a service and kind of event."""

    service_path = "service"
    form = CallbackForm
    list_display = ["service_name", "kind", "url", "created_at", "updated_at"]
    list_filter = [("callback_type", WordsFilter)]
    list_select_related = ["service"]
    search_fields = ["=id", "=service__id", "service__name"]
    search_help_text = "Id of a callback or service, or part of a service's name."
    autocomplete_fields = ["service"]
    ordering = ["-created_at", "id"]
    actions = ["rotate"]
    fields: ClassVar[list[str]] = ["service", "callback_type", "url", "token", "reason"]

    kind = word_column("callback_type", "told of")

    @admin.display(description="service", ordering="service__name")
    def service_name(self, row: ServiceCallbackApi) -> str:
        """Show the name, shortened."""
        return short(row.service.name)

    def get_readonly_fields(
        self, request: HttpRequest, obj: ServiceCallbackApi | None = None
    ) -> list[str]:
        """Let the address change, not whose it is."""
        return ["service", "kind"] if obj else []

    def get_fields(self, request: HttpRequest, obj: ServiceCallbackApi | None = None) -> Any:
        """Say in words what is told of, once that is settled."""
        return ["service", "kind", *self.fields[2:]] if obj else self.fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What waits for an address would be dropped without a word."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ServiceCallbackApi,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save through the use case."""
        set_callback(
            obj.service,
            obj.callback_type,
            url=obj.url,
            token=form.cleaned_data["token"] or ("" if not change else None),
            actor=cast("User", request.user),
        )
        obj.pk = ServiceCallbackApi.objects.get(
            service=obj.service, callback_type=obj.callback_type
        ).pk

    def response_add(
        self, request: HttpRequest, obj: ServiceCallbackApi, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the signing secret on a page that is never stored."""
        return self._shown_once(request, obj, signing_secrets([obj.pk])[obj.pk].secret)

    @admin.action(description="Give a new signing secret", permissions=["change"])
    def rotate(
        self, request: HttpRequest, queryset: QuerySet[ServiceCallbackApi]
    ) -> HttpResponse | None:
        """Rotate the secret of one callback and show the new one once."""
        callbacks = list(queryset.select_related("service")[:2])
        if len(callbacks) != 1:
            self.message_user(request, "Choose one callback.", messages.ERROR)
            return None
        question = replace(_ROTATE, hidden=chosen("rotate", callbacks))
        form = answer_to(question, request)
        if not form.is_valid():
            return ask(self, request, question, form)
        try:
            secret = rotate_secret(
                callbacks[0],
                overlap=default_overlap(),
                actor=cast("User", request.user),
                reason=form.cleaned_data["reason"],
            )
        except RotationRefused as error:
            self.message_user(request, error.message, messages.ERROR)
            return None
        return self._shown_once(request, callbacks[0], secret)

    def _shown_once(
        self, request: HttpRequest, callback: ServiceCallbackApi, secret: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Copy the signing secret now",
            "callback": callback,
            "secret": secret,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/services/servicecallbackapi/secret.html", context)


_ROTATE = Question(
    title="Give a new signing secret?",
    button="Give a new one",
    consequences=["It is shown once. Calls are signed with both for a while."],
    back="",
)
