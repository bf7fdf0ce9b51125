"""Routes of the billing app: all of the management API."""

from django.urls import URLPattern, URLResolver

from billing.api import routes

urlpatterns: list[URLPattern | URLResolver] = routes.urlpatterns
