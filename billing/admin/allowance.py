"""Free fragments: the defaults of kinds of organisations, and what each service has."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from billing.allowances import current_year, set_allowance, set_default_allowance
from billing.models import AnnualBilling, DefaultAnnualAllowance
from notify_project.admin.asking import AsksWhy
from notify_project.admin.pages import AnyModel, UseCaseAdmin
from notify_project.admin.reasons import ReasonedForm
from services.models import User


class ReasonForm(ReasonedForm, forms.ModelForm[AnyModel]):
    """A row, and why it changes."""


@admin.register(DefaultAnnualAllowance)
class DefaultAnnualAllowanceAdmin(AsksWhy, UseCaseAdmin[DefaultAnnualAllowance]):
    """What new rows of services get, from a year on."""

    form = ReasonForm[DefaultAnnualAllowance]
    list_display: ClassVar[list[str]] = [
        "organisation_type",
        "valid_from_financial_year_start",
        "allowance",
    ]
    list_filter: ClassVar[list[str]] = ["organisation_type"]
    ordering: ClassVar[list[str]] = ["organisation_type", "-valid_from_financial_year_start", "id"]
    fields: ClassVar[list[str]] = [
        "organisation_type",
        "valid_from_financial_year_start",
        "allowance",
        "reason",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let only the number change, not what it is for."""
        return [] if obj is None else ["organisation_type", "valid_from_financial_year_start"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep what rows of services were made from."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: DefaultAnnualAllowance,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save through the use case."""
        row = set_default_allowance(
            obj.organisation_type,
            obj.valid_from_financial_year_start,
            obj.allowance,
            actor=cast("User", request.user),
        )
        obj.pk = row.pk


@admin.register(AnnualBilling)
class AnnualBillingAdmin(AsksWhy, UseCaseAdmin[AnnualBilling]):
    """What each service has in each financial year; this year's can be changed."""

    service_path = "service"
    form = ReasonForm[AnnualBilling]
    list_display: ClassVar[list[str]] = [
        "service",
        "financial_year_start",
        "free_sms_fragment_limit",
        "has_custom_allowance",
        "updated_at",
    ]
    list_filter: ClassVar[list[str]] = ["has_custom_allowance", "financial_year_start"]
    list_select_related: ClassVar[list[str]] = ["service"]
    search_fields: ClassVar[list[str]] = ["=service__id", "service__name"]
    search_help_text = "Id of a service, or part of its name."
    ordering: ClassVar[list[str]] = ["-financial_year_start", "service__name", "id"]
    fields: ClassVar[list[str]] = [
        "service",
        "financial_year_start",
        "free_sms_fragment_limit",
        "has_custom_allowance",
        "reason",
    ]
    readonly_fields: ClassVar[list[str]] = [
        "service",
        "financial_year_start",
        "has_custom_allowance",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows are made with services and years."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Change this year; what other years were charged by stays."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.financial_year_start == current_year())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep what years were charged by."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: AnnualBilling,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save through the use case."""
        if not form.changed():
            return
        set_allowance(
            obj.service,
            obj.free_sms_fragment_limit,
            actor=cast("User", request.user),
        )
