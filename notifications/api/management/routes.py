"""Paths of the management API that belong to the notifications app."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from notifications.api.management.jobs import JobViewSet
from notifications.api.management.uploads import UploadViewSet

_of_a_service = SimpleRouter(trailing_slash=False, use_regex_path=False)
_of_a_service.register("job", JobViewSet, basename="service-job")

urlpatterns: list[URLPattern | URLResolver] = [
    path("service/<uuid:service_id>/", include(_of_a_service.urls)),
    path(
        "service/<uuid:service_id>/upload",
        UploadViewSet.as_view({"post": "create"}),
        name="service-upload",
    ),
]
