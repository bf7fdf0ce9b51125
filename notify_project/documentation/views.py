"""``/v2/openapi.json`` and ``/v2/docs``, to anyone."""

from functools import lru_cache

import orjson
from django.conf import settings
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from rest_framework.request import Request

from notify_project.api.views import ApiViewSet
from notify_project.documentation.cacheable import cacheable, tagged
from notify_project.documentation.document import document
from notify_project.documentation.page import page_of

# The page has its style in it, and nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class DescriptionViewSet(ApiViewSet):
    """The description of the API, in two forms."""

    def json(self, request: Request) -> HttpResponseBase:
        """Return the OpenAPI document."""
        return cacheable(request, *_json(settings.API_HOST_URL), "application/json")

    def page(self, request: Request) -> HttpResponseBase:
        """Return the page for people."""
        response = cacheable(request, *_page(settings.API_HOST_URL), "text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = _POLICY
        return response


@lru_cache(maxsize=4)
def _json(host: str) -> tuple[bytes, str]:
    return tagged(orjson.dumps(document(host)))


@lru_cache(maxsize=4)
def _page(host: str) -> tuple[bytes, str]:
    text = render_to_string("notify_project/docs.html", page_of(document(host)))
    return tagged(text.encode())
