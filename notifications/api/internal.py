"""Figures for the admin site."""

from dataclasses import asdict
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from notifications.statistics.reads import template_usage
from notifications.statistics.repair import LONGEST_REPORT_DAYS
from notify_project.api.errors import NoResultFound
from notify_project.api.views import ApiViewSet, read_query
from services.api.internal import InternalAuthentication
from services.read_models import find_service


class TemplateStatisticsViewSet(ApiViewSet):
    """How often each template of a service was used lately."""

    authentication_classes = [InternalAuthentication]

    def list(self, request: Request, service_id: UUID) -> Response:
        """Answer for today and the whole London days before it."""
        if find_service(service_id) is None:
            raise NoResultFound
        try:
            whole_days = _whole_days(read_query(request))
        except ValueError as error:
            refusal = {"result": "error", "message": {"whole_days": [str(error)]}}
            return Response(refusal, status=400)
        return Response({"data": [asdict(use) for use in template_usage(service_id, whole_days)]})


def _whole_days(query: dict[str, str]) -> int:
    """Read the number of days. Source: the API contract, template statistics."""
    text = query.get("whole_days", query.get("limit_days", ""))
    try:
        whole_days = int(text)
    except ValueError:
        raise ValueError(f"{text} is not an integer") from None
    if not 0 <= whole_days <= LONGEST_REPORT_DAYS:
        raise ValueError(f"whole_days must be between 0 and {LONGEST_REPORT_DAYS}")
    return whole_days
