"""What a service used and will use, and the messages behind a figure."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api import described
from billing.explain import Explained, Wanted, letters_by_sheets, messages_behind
from billing.forecast import Expected, forecast
from billing.usage import Line, monthly_usage, yearly_summary
from notify_project.api.errors import BadRequest
from notify_project.api.queries import day_of, days_of, id_of, pounds_of, word_of, year_of_query
from notify_project.api.views import read_query
from notify_project.constants import NotificationType
from services.api.management.viewsets import MEMBER, ServiceOwnedViewSet


class UsageViewSet(ServiceOwnedViewSet):
    """What the service used, and what that costs; nothing is changed by asking."""

    names = ("usage", "usage")
    access = {"read": MEMBER}
    pagination_class = None
    filter_backends = []

    @extend_schema(parameters=[described.YEAR], responses=described.YEARLY)
    def yearly_usage_summary(self, request: Request, **_: Any) -> Response:
        """Show what a financial year cost, by type and rate."""
        year = year_of_query(read_query(request))
        return Response([_yearly(line) for line in yearly_summary(self.service, year)])

    @extend_schema(parameters=[described.YEAR], responses=described.MONTHLY)
    def monthly_usage(self, request: Request, **_: Any) -> Response:
        """Show what each month of a financial year cost, by type, rate and postage.

        Emails cost nothing and are left out.
        """
        return self._by_month(request)

    @extend_schema(parameters=[described.YEAR], responses=described.MONTHLY)
    def months(self, request: Request, **_: Any) -> Response:
        """Show the months of a financial year, as the path below billing does."""
        return self._by_month(request)

    @extend_schema(parameters=[described.START, described.END], responses=described.LETTERS)
    def letters(self, request: Request, **_: Any) -> Response:
        """Show the letters of some days, by postage, sheets and price."""
        first, last = days_of(read_query(request))
        counts = letters_by_sheets(self.service, first, last)
        return Response([count._asdict() | {"cost": count.cost} for count in counts])

    @extend_schema(responses=described.FORECAST)
    def forecast(self, request: Request, **_: Any) -> Response:
        """Show what this month and this year will have cost."""
        del request
        found = forecast(self.service)
        return Response(
            {
                "month": _expected(found.month),
                "year": _expected(found.year),
                "free_sms_fragment_limit": found.allowance,
                "allowance_used_up_on": found.allowance_used_up_on,
            }
        )

    @extend_schema(parameters=described.EXPLAINED_BY, responses=described.EXPLANATION)
    def explain(self, request: Request, **_: Any) -> Response:
        """Show a page of the messages behind a figure, newest first."""
        query = read_query(request)
        wanted = _wanted(query)
        found = messages_behind(self.service, wanted, older_than=id_of(query, "older_than"))
        return Response({"messages": [_message(each) for each in found]})

    def _by_month(self, request: Request) -> Response:
        year = year_of_query(read_query(request))
        return Response([_monthly(line) for line in monthly_usage(self.service, year)])


def _wanted(query: dict[str, str]) -> Wanted:
    if "day" in query:
        first = last = day_of(query, "day")
    else:
        first, last = days_of(query)
    notification_type = query.get("notification_type", "")
    if notification_type not in NotificationType.values:
        raise BadRequest("notification_type must be one of email, sms, letter")
    return Wanted(
        first,
        last,
        notification_type=notification_type,
        template_id=id_of(query, "template_id"),
        postage=word_of(query, "postage"),
        rate=pounds_of(query["rate"], "rate") if "rate" in query else None,
    )


def _line(line: Line) -> dict[str, Any]:
    return {
        "notification_type": line.notification_type,
        "rate": line.rate,
        "notifications_sent": line.notifications_sent,
        "chargeable_units": line.chargeable_units,
        "free_allowance_used": line.free_allowance_used,
        "charged_units": line.charged_units,
        "cost": line.cost,
        # The older name: of emails it counts what was sent.
        "billing_units": line.notifications_sent
        if line.notification_type == NotificationType.EMAIL
        else line.chargeable_units,
    }


def _yearly(line: Line) -> dict[str, Any]:
    is_letter = line.notification_type == NotificationType.LETTER
    return {**_line(line), "letter_total": line.cost if is_letter else 0}


def _monthly(line: Line) -> dict[str, Any]:
    month = f"{line.month:%B}" if line.month else ""
    return {"month": month, "postage": line.postage, **_line(line)}


def _expected(expected: Expected) -> dict[str, Any]:
    values = asdict(expected)
    del values["period"]
    return values


def _message(explained: Explained) -> dict[str, Any]:
    dimensions = explained.dimensions
    return {
        "id": explained.id,
        "day": explained.day,
        "status": explained.status,
        "billable_units": explained.billable_units,
        "chargeable_units": explained.units,
        "cost_without_allowance": explained.cost,
        "counted_as": dimensions and dimensions._asdict(),
    }
