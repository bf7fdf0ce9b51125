"""Routes of the services app."""

from django.urls import URLPattern, URLResolver, include, path

from services.api.management import routes
from services.branding.views import LogoView

urlpatterns: list[URLPattern | URLResolver] = [
    path("branding/<str:name>", LogoView.as_view(), name="logo"),
    path("", include(routes.urlpatterns)),
]
