"""One include per app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from notify_project import health

# The busiest first.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("notifications.urls")),
    path("", include("templates_app.urls")),
    path("", health.status, name="root"),
    path("_status", health.status, name="status"),
    path("admin/", admin.site.urls),
]

handler400 = "notify_project.api.responses.bad_request"
handler404 = "notify_project.api.responses.not_found"
handler500 = "notify_project.api.responses.server_error"
