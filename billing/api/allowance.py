"""Allowances and budgets of a service; the prices of today."""

from typing import Any, cast
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from billing.allowances import allowance_of, current_year, set_allowance
from billing.api.queries import pounds_of, service_of, year_of_query
from billing.budgets import set_budget
from billing.models import Budget
from billing.rates import letter_rates_of_today, text_rate_of_today
from notify_project.api.errors import BadRequest, NoResultFound
from notify_project.api.views import ApiViewSet, read_json, read_query
from notify_project.clock import api_time
from services.api.internal import InternalAuthentication
from services.models import User

NO_LIMIT = "free_sms_fragment_limit must be an integer, 0 or more"


class AllowanceViewSet(ApiViewSet):
    """The free fragments of a service in a financial year."""

    authentication_classes = [InternalAuthentication]

    def retrieve(self, request: Request, service_id: UUID) -> Response:
        """Answer with the allowance of a year, this one unless said; a missing row is made."""
        query = read_query(request)
        given = "financial_year_start" in query
        year = year_of_query(query, "financial_year_start") if given else current_year()
        row = allowance_of(service_of(service_id), year)
        return Response(
            {
                "financial_year_start": row.financial_year_start,
                "free_sms_fragment_limit": row.free_sms_fragment_limit,
            }
        )

    def create(self, request: Request, service_id: UUID) -> Response:
        """Set the allowance of this year."""
        service = service_of(service_id)
        body = read_json(request)
        limit = body.get("free_sms_fragment_limit") if isinstance(body, dict) else None
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
            raise BadRequest(NO_LIMIT)
        set_allowance(service, limit, actor=_actor(request))
        return Response(body, status=201)


class BudgetViewSet(ApiViewSet):
    """What a service means to spend in each month and in each financial year."""

    authentication_classes = [InternalAuthentication]

    def list(self, request: Request, service_id: UUID) -> Response:  # noqa: ARG002
        """Answer with the budgets there are."""
        rows = Budget.objects.filter(service=service_of(service_id)).order_by("period")
        return Response([{"period": row.period, "pounds": row.pounds} for row in rows])

    def create(self, request: Request, service_id: UUID) -> Response:
        """Set a budget, or end it with null pounds."""
        service = service_of(service_id)
        body = read_json(request)
        if not isinstance(body, dict) or not {"period", "pounds"} <= body.keys():
            raise BadRequest("period and pounds are required properties")
        pounds = body["pounds"]
        set_budget(
            service,
            str(body["period"]),
            None if pounds is None else pounds_of(pounds, "pounds"),
            actor=_actor(request),
        )
        return Response(body, status=201)


class RateViewSet(ApiViewSet):
    """The prices of today."""

    authentication_classes = [InternalAuthentication]

    def letters(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with what letters cost today, by sheets, rate and class."""
        return Response(
            [
                {
                    "sheet_count": row.sheet_count,
                    "start_date": api_time(row.start_date),
                    "rate": _short(row.rate),
                    "post_class": row.post_class,
                }
                for row in letter_rates_of_today()
            ]
        )

    def text(self, request: Request) -> Response:  # noqa: ARG002
        """Answer with what a fragment costs today, and since when."""
        row = text_rate_of_today()
        if row is None:
            raise NoResultFound
        return Response({"rate": row.rate, "valid_from": api_time(row.valid_from)})


def _actor(request: Request) -> User | None:
    """Return who is signed in; a program of ours is nobody."""
    return cast("User | None", request.user)


def _short(rate: Any) -> str:
    """Return a price as people write it: two places, or as many as it needs."""
    pounds, _, rest = f"{rate:f}".partition(".")
    return f"{pounds}.{rest.rstrip('0').ljust(2, '0')}"
