"""What services mean to spend."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from billing.admin.allowance import ReasonForm
from billing.budgets import set_budget
from billing.models import Budget
from notify_project.admin.asking import AsksWhy
from notify_project.admin.pages import UseCaseAdmin
from services.models import User


@admin.register(Budget)
class BudgetAdmin(AsksWhy, UseCaseAdmin[Budget]):
    """Pounds for each month or financial year of a service; people are told at 50, 80, 100 %."""

    service_path = "service"
    form = ReasonForm[Budget]
    when_deleted = "Nobody is told any more how much of it is spent."
    list_display: ClassVar[list[str]] = ["service", "period", "pounds", "told"]
    list_filter: ClassVar[list[str]] = ["period"]
    list_select_related: ClassVar[list[str]] = ["service"]
    search_fields: ClassVar[list[str]] = ["=service__id", "service__name"]
    search_help_text = "Id of a service, or part of its name."
    autocomplete_fields: ClassVar[list[str]] = ["service"]
    ordering: ClassVar[list[str]] = ["service__name", "period", "id"]
    fields: ClassVar[list[str]] = ["service", "period", "pounds", "reason"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        """Read what was told of the budgets of a list at once."""
        rows: QuerySet[Budget] = super().get_queryset(request)
        return rows.prefetch_related("alerts")

    @admin.display(description="last told")
    def told(self, budget: Budget) -> str:
        """Show the newest share that people were told of."""
        alerts = sorted(budget.alerts.all(), key=lambda alert: (alert.created_at, alert.percent))
        return f"{alerts[-1].percent} % from {alerts[-1].starts_on}" if alerts else ""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let only the pounds change, not whose they are."""
        return [] if obj is None else ["service", "period"]

    def save_model(
        self,
        request: HttpRequest,
        obj: Budget,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Save through the use case."""
        row = set_budget(obj.service, obj.period, obj.pounds, actor=cast("User", request.user))
        obj.pk = row.pk if row else obj.pk

    def delete_model(self, request: HttpRequest, obj: Budget) -> None:
        """End a budget through the use case."""
        set_budget(obj.service, obj.period, None, actor=cast("User", request.user))
