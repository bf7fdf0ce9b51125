"""Allowances and budgets of a service."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.allowances import allowance_of, current_year, set_allowance
from billing.api import described
from billing.budgets import set_budget
from billing.models import AnnualBilling, Budget
from notify_project.api.errors import BadRequest
from notify_project.api.queries import pounds_of, year_of_query
from notify_project.api.views import read_json, read_query
from services.api.management.viewsets import MEMBER, PLATFORM, ServiceOwnedViewSet

NO_LIMIT = "free_sms_fragment_limit must be an integer, 0 or more"
_YEAR_OF_ALLOWANCE = OpenApiParameter(
    "financial_year_start", int, description="The year it begins in; this one unless said."
)


class AllowanceViewSet(ServiceOwnedViewSet):
    """The free fragments of the service in a financial year."""

    names = ("the allowance", "allowances")
    about = AnnualBilling
    access = {"read": MEMBER, "write": PLATFORM}
    pagination_class = None
    filter_backends = []

    @extend_schema(parameters=[_YEAR_OF_ALLOWANCE], responses=described.ALLOWANCE)
    def retrieve(self, request: Request, **_: Any) -> Response:
        """Show the allowance of a year; a missing row is made."""
        query = read_query(request)
        given = "financial_year_start" in query
        year = year_of_query(query, "financial_year_start") if given else current_year()
        row = allowance_of(self.service, year)
        return Response(
            {
                "financial_year_start": row.financial_year_start,
                "free_sms_fragment_limit": row.free_sms_fragment_limit,
            }
        )

    @extend_schema(request=described.NEW_ALLOWANCE, responses={201: described.NEW_ALLOWANCE})
    def create(self, request: Request, **_: Any) -> Response:
        """Set the allowance of this year, which charges the whole year anew."""
        body = read_json(request)
        limit = body.get("free_sms_fragment_limit") if isinstance(body, dict) else None
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
            raise BadRequest(NO_LIMIT)
        set_allowance(self.service, limit, actor=self.actor)
        return Response(body, status=201)


class BudgetViewSet(ServiceOwnedViewSet):
    """What the service means to spend in each month and in each financial year."""

    names = ("a budget", "budgets")
    about = Budget
    access = {"read": MEMBER, "write": "manage_settings"}
    pagination_class = None
    filter_backends = []

    @extend_schema(responses=described.BUDGETS)
    def list(self, request: Request, **_: Any) -> Response:
        """List the budgets there are: one a month, one a year, or none."""
        del request
        rows = Budget.objects.filter(service=self.service).order_by("period")
        return Response([{"period": row.period, "pounds": row.pounds} for row in rows])

    @extend_schema(request=described.NEW_BUDGET, responses={201: described.NEW_BUDGET})
    def create(self, request: Request, **_: Any) -> Response:
        """Set a budget, or end it with null pounds."""
        body = read_json(request)
        if not isinstance(body, dict) or not {"period", "pounds"} <= body.keys():
            raise BadRequest("period and pounds are required properties")
        pounds = body["pounds"]
        set_budget(
            self.service,
            str(body["period"]),
            None if pounds is None else pounds_of(pounds, "pounds"),
            actor=self.actor,
        )
        return Response(body, status=201)
