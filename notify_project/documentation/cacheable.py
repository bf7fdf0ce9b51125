"""Answers that are the same for everybody, until the next release."""

from hashlib import sha256

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from rest_framework.request import Request

_CACHE = "public, max-age=300"


def tagged(content: bytes) -> tuple[bytes, str]:
    """Return content with the entity tag of it."""
    return content, f'"{sha256(content).hexdigest()[:32]}"'


def cacheable(request: Request, content: bytes, tag: str, content_type: str) -> HttpResponseBase:
    """Answer with content that caches may keep for a while."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = _CACHE
    return get_conditional_response(request, etag=tag, response=response) or response
