"""One include per app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from notifications.admin.template_usage import template_usage
from notify_project import health
from notify_project.documentation.management import ManagementDescriptionViewSet
from notify_project.documentation.views import DescriptionViewSet
from notify_project.monitoring.page import metrics
from notify_project.monitoring.service_page import overview

# Here, not in every process: workers show no pages.
admin.autodiscover()
admin.site.index_template = "notify_project/home.html"
# The busiest first.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("notifications.urls")),
    path("", include("templates_app.urls")),
    path("", include("services.urls")),
    path("", include("billing.urls")),
    path("v2/openapi.json", DescriptionViewSet.as_view({"get": "json"}), name="openapi"),
    path("v2/docs", DescriptionViewSet.as_view({"get": "page"}), name="docs"),
    path(
        "openapi.json",
        ManagementDescriptionViewSet.as_view({"get": "json"}),
        name="management-openapi",
    ),
    path("", health.status, name="root"),
    path("_status", health.status, name="status"),
    path("metrics", metrics, name="metrics"),
    path(
        "admin/services/service/<uuid:service_id>/overview/",
        admin.site.admin_view(overview),
        name="service-overview",
    ),
    path("admin/template-usage/", admin.site.admin_view(template_usage), name="template-usage"),
    path("admin/", include("services.accounts.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "notify_project.api.responses.bad_request"
handler404 = "notify_project.api.responses.not_found"
handler500 = "notify_project.api.responses.server_error"
