"""Paths of the management API that belong to changes of templates."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from templates_app.api.management.changes import TemplateChangeViewSet, TemplateVersionsViewSet

_of_a_service = SimpleRouter(trailing_slash=False, use_regex_path=False)
_of_a_service.register("template-change", TemplateChangeViewSet, basename="service-template-change")

urlpatterns: list[URLPattern | URLResolver] = [
    path("service/<uuid:service_id>/", include(_of_a_service.urls)),
    path(
        "service/<uuid:service_id>/template/<uuid:template_id>/versions/diff",
        TemplateVersionsViewSet.as_view({"get": "diff"}),
        name="service-template-versions",
    ),
]
