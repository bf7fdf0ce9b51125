"""Paths of the management API about money."""

from django.urls import URLPattern, URLResolver, path

from billing.api.allowance import AllowanceViewSet, BudgetViewSet
from billing.api.prices import LetterPriceViewSet, RateViewSet, TextPriceViewSet
from billing.api.report import ReportViewSet
from billing.api.usage import UsageViewSet

_SERVICE = "service/<uuid:service_id>/"


def _usage(name: str) -> URLPattern:
    view = UsageViewSet.as_view({"get": name.replace("-", "_")})
    return path(f"{_SERVICE}billing/{name}", view, name=f"billing-{name}")


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
        f"{_SERVICE}monthly-usage",
        UsageViewSet.as_view({"get": "months"}),
        name="service-monthly-usage",
    ),
    path(
        f"{_SERVICE}billing/free-sms-fragment-limit",
        AllowanceViewSet.as_view({"get": "retrieve", "post": "create"}),
        name="billing-free-sms-fragment-limit",
    ),
    path(
        f"{_SERVICE}billing/budgets",
        BudgetViewSet.as_view({"get": "list", "post": "create"}),
        name="billing-budgets",
    ),
    path("letter-rates", RateViewSet.as_view({"get": "letters"}), name="letter-rates"),
    path("sms-rate", RateViewSet.as_view({"get": "text"}), name="sms-rate"),
    path("rates/sms", TextPriceViewSet.as_view({"get": "list"}), name="rates-sms"),
    path("rates/letter", LetterPriceViewSet.as_view({"get": "list"}), name="rates-letter"),
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
