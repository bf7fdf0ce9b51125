"""Pictures of a letter's pages."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from notifications.letters.page_pictures import page_picture
from notifications.models import Notification
from services.api.management.viewsets import ServiceOwnedViewSet


class LetterPageViewSet(ServiceOwnedViewSet):
    """The pages of the service's letters."""

    names = ("a page of a letter", "pages of letters")
    queryset = Notification.objects.all()
    filter_backends = []
    shows_recipients = frozenset({"picture"})
    access = {"read": "view_activity"}

    @extend_schema(responses={(200, "image/png"): OpenApiTypes.BINARY})
    def picture(self, request: Request, *, page: int, **_: Any) -> HttpResponse:
        """Look at a page of a letter, as PNG.

        Of a letter that was refused, what lies outside of the printable areas is marked.
        """
        del request
        return HttpResponse(page_picture(self.get_object(), page), content_type="image/png")
