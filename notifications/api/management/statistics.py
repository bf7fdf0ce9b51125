"""What became of a service's messages: today, this week, by month, by template."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.api.management import described
from notifications.statistics.reads import template_usage
from notifications.statistics.repair import LONGEST_REPORT_DAYS
from notifications.statistics.service_statistics import (
    monthly_statistics,
    service_statistics,
    template_last_used,
    template_usage_by_month,
)
from notify_project.api.errors import NoResultFound
from notify_project.api.queries import year_with_figures
from notify_project.api.views import read_query
from services.api.management.viewsets import ServiceOwnedViewSet
from templates_app.models import Template

_WEEK: Final = 7
_WHOLE_DAYS = OpenApiParameter(
    "whole_days",
    int,
    required=True,
    description=f"So many London days before today, 0 to {LONGEST_REPORT_DAYS}, and today.",
)


class StatisticsViewSet(ServiceOwnedViewSet):
    """Real messages alone are counted, those of test keys and research mode are not.

    What was cancelled was not requested; what is neither delivered nor failed is on its way.
    """

    names = ("statistics", "statistics")
    access = {"read": "view_activity"}
    pagination_class = None
    filter_backends = []

    @extend_schema(responses=described.STATISTICS)
    def summary(self, request: Request, **_: Any) -> Response:
        """Show what became of the messages of today, and of today with the seven days before."""
        del request
        found = {"today": 0, "today_and_seven_days": _WEEK}
        return Response(
            {
                name: described.tallied(service_statistics(self.service.id, days))
                for name, days in found.items()
            }
        )

    @extend_schema(parameters=[described.YEAR], responses=described.MONTHS)
    def months(self, request: Request, **_: Any) -> Response:
        """Show in which status the messages of each month of a financial year are."""
        year = year_with_figures(read_query(request))
        return Response({"data": monthly_statistics(self.service.id, year)})

    @extend_schema(parameters=[described.YEAR], responses=described.TEMPLATE_MONTHS)
    def template_months(self, request: Request, **_: Any) -> Response:
        """Show how often each template was used in each month of a financial year."""
        year = year_with_figures(read_query(request))
        used = template_usage_by_month(self.service.id, year)
        return Response({"data": [asdict(each) for each in used]})

    @extend_schema(parameters=[_WHOLE_DAYS], responses=described.TEMPLATES)
    def templates(self, request: Request, **_: Any) -> Response:
        """Show how often each template was used today and on the days before."""
        used = template_usage(self.service.id, _whole_days(read_query(request)))
        return Response({"data": [asdict(use) for use in used]})

    @extend_schema(responses=described.LAST_USED)
    def template_last_used(self, request: Request, template_id: UUID, **_: Any) -> Response:
        """Show the London day on which a template was last used, if that is within a year."""
        del request
        if not Template.objects.filter(service=self.service, id=template_id).exists():
            raise NoResultFound
        return Response({"last_date_used": template_last_used(self.service.id, template_id)})


def _whole_days(query: dict[str, str]) -> int:
    """Read the number of days. Source: the API contract, template statistics."""
    text = query.get("whole_days", query.get("limit_days", ""))
    try:
        whole_days = int(text)
    except ValueError:
        raise ValidationError({"whole_days": [f"{text} is not an integer"]}) from None
    if not 0 <= whole_days <= LONGEST_REPORT_DAYS:
        raise ValidationError(
            {"whole_days": [f"whole_days must be between 0 and {LONGEST_REPORT_DAYS}"]}
        )
    return whole_days
