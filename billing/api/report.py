"""Reports of the whole platform, and of an organisation."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from billing import reports
from billing.allowances import require_year
from billing.pricing import total
from billing.reports import ServiceBill
from notify_project.api.errors import NoResultFound
from notify_project.api.queries import days_of, year_of_query
from notify_project.api.views import ApiViewSet, read_query
from notify_project.constants import NotificationType
from services.api.internal import InternalAuthentication
from services.models import Organisation


class ReportViewSet(ApiViewSet):
    """Usage and costs of many services."""

    authentication_classes = [InternalAuthentication]

    def data_for_billing_report(self, request: Request) -> Response:
        """Answer with what each service pays for some days of a financial year."""
        bills = reports.billing_report(*days_of(read_query(request)))
        return Response([_billed(bill) for bill in bills])

    def daily_volumes_report(self, request: Request) -> Response:
        """Answer with what was sent on each day."""
        return Response(_with_days(reports.daily_volumes(*days_of(read_query(request)))))

    def daily_sms_provider_volumes_report(self, request: Request) -> Response:
        """Answer with the texts of each day and provider."""
        return Response(_with_days(reports.daily_provider_volumes(*days_of(read_query(request)))))

    def volumes_by_service(self, request: Request) -> Response:
        """Answer with what each live service sent."""
        return Response(reports.volumes_by_service(*days_of(read_query(request))))

    def organisation_usage(self, request: Request, organisation_id: UUID) -> Response:
        """Answer with what the live services of an organisation used in a financial year."""
        year = year_of_query(read_query(request))
        require_year(year)
        if not Organisation.objects.filter(id=organisation_id).exists():
            raise NoResultFound
        bills = reports.organisation_usage(organisation_id, year)
        return Response({"services": [_used(bill) for bill in bills]})


def _billed(bill: ServiceBill) -> dict[str, Any]:
    organisation = bill.service.organisation
    letters = bill.of(NotificationType.LETTER)
    return {
        "organisation_id": organisation.id if organisation else "",
        "organisation_name": organisation.name if organisation else "",
        "service_id": bill.service.id,
        "service_name": bill.service.name,
        "sms_cost": total(bill.of(NotificationType.SMS)),
        "sms_chargeable_units": sum(each.charged for each in bill.of(NotificationType.SMS)),
        "total_letters": sum(each.use.notifications_sent for each in letters),
        "letter_cost": total(letters),
        "letter_breakdown": "".join(f"{line}\n" for line in bill.letter_breakdown),
    }


def _used(bill: ServiceBill) -> dict[str, Any]:
    texts = bill.of(NotificationType.SMS)
    return {
        "service_id": bill.service.id,
        "service_name": bill.service.name,
        "free_sms_limit": bill.allowance,
        "sms_remainder": bill.remainder,
        "sms_units": sum(each.use.units for each in texts),
        "sms_charged_units": sum(each.charged for each in texts),
        "sms_cost": total(texts),
        "letter_cost": total(bill.of(NotificationType.LETTER)),
        "emails_sent": bill.emails_sent,
        "active": bill.service.active,
    }


def _with_days(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"day": row.pop("bst_date"), **row} for row in rows]
