"""Routes of the templates app."""

from django.urls import URLPattern, URLResolver, include, path

from templates_app.api.management import changes_routes, routes
from templates_app.api.template import TemplateRouter, TemplateViewSet

_public = TemplateRouter(trailing_slash=False)
_public.register("template", TemplateViewSet, basename="template")

urlpatterns: list[URLPattern | URLResolver] = [
    path("v2/", include(_public.urls)),
    path("", include(routes.urlpatterns)),
    path("", include(changes_routes.urlpatterns)),
]
