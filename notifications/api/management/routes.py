"""Paths of the management API that belong to the notifications app."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from notifications.api.management.person import PersonViewSet

_platform = SimpleRouter(trailing_slash=False, use_regex_path=False)
_platform.register("person", PersonViewSet, basename="person")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(_platform.urls))]
