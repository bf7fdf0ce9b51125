"""Routes of a resource that does what a test tells it to."""

from django.contrib import admin
from django.http import Http404
from django.urls import include, path
from rest_framework.authentication import BaseAuthentication
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from notify_project import health
from notify_project.api.errors import Unauthorized, ValidationFailed
from notify_project.api.views import ApiViewSet, read_json, read_query

raises: list[Exception] = []


class Sample(BaseAuthentication):
    """Knows whoever sends any header."""

    def authenticate(self, request):
        if "HTTP_AUTHORIZATION" not in request.META:
            raise Unauthorized("who are you")
        return None, "caller"


class SampleViewSet(ApiViewSet):
    authentication_classes = [Sample]

    def list(self, request):
        if raises:
            raise raises[0]
        return Response({"query": read_query(request, "many"), "caller": request.auth})

    def create(self, request):
        return Response({"read": read_json(request)}, status=201)

    def retrieve(self, request, pk):
        raise Http404


class OpenViewSet(ApiViewSet):
    """Outside the public API: the older shape."""

    def list(self, request):
        raise raises[0] if raises else ValidationFailed("one", "two")


def page(_request):
    """For people."""
    raise raises[0]


_router = SimpleRouter(trailing_slash=False)
_router.register("samples", SampleViewSet, basename="sample")
_open = SimpleRouter(trailing_slash=False)
_open.register("open", OpenViewSet, basename="open")

urlpatterns = [
    path("v2/", include(_router.urls)),
    path("service/", include(_open.urls)),
    path("notifications/", include(_open.urls)),
    path("_status", health.status),
    path("", health.status),
    path("page", page),
    path("admin/", admin.site.urls),
]
handler400 = "notify_project.api.responses.bad_request"
handler404 = "notify_project.api.responses.not_found"
handler500 = "notify_project.api.responses.server_error"
