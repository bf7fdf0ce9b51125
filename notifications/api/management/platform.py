"""What all services together sent, and how quickly."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.api.management import described
from notifications.statistics.platform_statistics import platform_totals, statistics_by_service
from notifications.statistics.processing_time import processing_times
from notify_project.api.queries import days_of
from notify_project.api.views import read_query
from services.api.management.viewsets import PLATFORM, ByKey, ManagementViewSet
from services.models import Service


class _ByName(ByKey):
    ordering = ("name", "id")


class PlatformStatisticsViewSet(ManagementViewSet):
    """Figures of the whole platform on some London days; today counts as it stands now."""

    names = ("figures of the platform", "figures of the platform")
    access = {"read": PLATFORM}
    pagination_class = None
    filter_backends = []

    @extend_schema(parameters=described.DAYS, responses=described.PlatformTotalsSerializer)
    def totals(self, request: Request, **_: Any) -> Response:
        """Show what became of the messages of all services."""
        found = platform_totals(*days_of(read_query(request)))
        return Response(
            {
                kind: {
                    **described.shown(total.tally),
                    "statuses": total.by_status,
                    "test_key": total.test_key,
                }
                for kind, total in found.items()
            }
        )

    @extend_schema(parameters=described.DAYS, responses=described.PROCESSING_TIMES)
    def processing_time(self, request: Request, **_: Any) -> Response:
        """Show how many texts and emails of programs left within ten seconds, by day.

        Days that are not over are not there yet.
        """
        found = processing_times(*days_of(read_query(request)))
        return Response(
            {
                "data": [
                    {
                        "day": each.day,
                        "messages_total": each.messages_total,
                        "messages_within_10_secs": each.messages_within_10_secs,
                        "percentage": round(each.percentage, 2),
                    }
                    for each in found
                ]
            }
        )


class ServiceFiguresViewSet(ManagementViewSet):
    """What each service sent on some London days, services without messages included."""

    names = ("the figures of a service", "the figures of services")
    queryset = Service.objects.only("id", "name", "active", "restricted", "created_at")
    serializer_class = described.ServiceFiguresSerializer
    pagination_class = _ByName
    filterset_fields = ["active", "restricted"]
    asked_besides = frozenset({"start_date", "end_date"})
    access = {"read": PLATFORM}

    @extend_schema(parameters=described.DAYS)
    def list(self, request: Request, **_: Any) -> Response:
        """List services by name, with what became of their messages."""
        days = days_of(read_query(request))
        services = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        tallies = statistics_by_service([service.id for service in services], *days)
        rows = [
            {
                "service_id": service.id,
                "service_name": service.name,
                "active": service.active,
                "restricted": service.restricted,
                "created_at": service.created_at,
                "statistics": described.tallied(tallies[service.id]),
            }
            for service in services
        ]
        return self.get_paginated_response(rows)
