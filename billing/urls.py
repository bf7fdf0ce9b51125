"""Routes of the billing app: all of the management API."""

from django.urls import URLPattern, URLResolver, path

from billing.api.allowance import AllowanceViewSet, BudgetViewSet, RateViewSet
from billing.api.report import ReportViewSet
from billing.api.usage import UsageViewSet

_SERVICE = "service/<uuid:service_id>/billing/"


def _usage(name: str) -> URLPattern:
    view = UsageViewSet.as_view({"get": name.replace("-", "_")})
    return path(f"{_SERVICE}{name}", view, name=f"billing-{name}")


def _report(name: str) -> URLPattern:
    view = ReportViewSet.as_view({"get": name.replace("-", "_")})
    return path(f"platform-stats/{name}", view, name=name)


urlpatterns: list[URLPattern | URLResolver] = [
    _usage("yearly-usage-summary"),
    _usage("monthly-usage"),
    _usage("letters"),
    _usage("forecast"),
    _usage("explain"),
    path(
        f"{_SERVICE}free-sms-fragment-limit",
        AllowanceViewSet.as_view({"get": "retrieve", "post": "create"}),
        name="billing-free-sms-fragment-limit",
    ),
    path(
        f"{_SERVICE}budgets",
        BudgetViewSet.as_view({"get": "list", "post": "create"}),
        name="billing-budgets",
    ),
    path("letter-rates", RateViewSet.as_view({"get": "letters"}), name="letter-rates"),
    path("sms-rate", RateViewSet.as_view({"get": "text"}), name="sms-rate"),
    _report("data-for-billing-report"),
    _report("daily-volumes-report"),
    _report("daily-sms-provider-volumes-report"),
    _report("volumes-by-service"),
    path(
        "organisations/<uuid:organisation_id>/services-with-usage",
        ReportViewSet.as_view({"get": "organisation_usage"}),
        name="organisation-usage",
    ),
]
