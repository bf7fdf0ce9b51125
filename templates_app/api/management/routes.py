"""Paths of the management API that belong to the templates app."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from templates_app.api.management.folders import FolderViewSet
from templates_app.api.management.templates import TemplateViewSet
from templates_app.api.management.versions import TemplateVersionViewSet

_of_a_service = SimpleRouter(trailing_slash=False, use_regex_path=False)
_of_a_service.register("template", TemplateViewSet, basename="service-template")
_of_a_service.register(
    "template/<uuid:template_id>/versions",
    TemplateVersionViewSet,
    basename="service-template-version",
)
_of_a_service.register("template-folder", FolderViewSet, basename="service-template-folder")

urlpatterns: list[URLPattern | URLResolver] = [
    path("service/<uuid:service_id>/", include(_of_a_service.urls)),
]
