"""Lists by key: newest first, each page starting after the last item of the one before."""

from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from rest_framework.request import Request

# Source: the API contract, listing notifications.
PAGE_SIZE = 250
AnyModel = TypeVar("AnyModel", bound=Model)


def older_than(rows: QuerySet[AnyModel], row_id: UUID) -> QuerySet[AnyModel]:
    """Return the rows that a list shows after one of them; none after an unknown one."""
    created_at = rows.filter(id=row_id).values_list("created_at", flat=True).first()
    if created_at is None:
        return rows.none()
    # The first condition is implied, but an index can use it.
    return rows.filter(created_at__lte=created_at).filter(
        Q(created_at__lt=created_at) | Q(id__lt=row_id)
    )


def page_of(rows: QuerySet[AnyModel]) -> list[AnyModel]:
    """Return the first page, newest first."""
    return list(rows.order_by("-created_at", "-id")[:PAGE_SIZE])


def links(request: Request, last_id: UUID | None) -> dict[str, str]:
    """Return the addresses of this page and, unless it is empty, of the next one."""
    url = settings.API_HOST_URL + request.path
    given: list[tuple[str, Any]] = [
        (name, value) for name, values in request.query_params.lists() for value in values
    ]
    found = {"current": _address(url, given)}
    if last_id is not None:
        # Clients take the first id in the address for the one to go on from.
        rest = [(name, value) for name, value in given if name != "older_than"]
        found["next"] = _address(url, [("older_than", str(last_id)), *rest])
    return found


def _address(url: str, parameters: list[tuple[str, Any]]) -> str:
    return f"{url}?{urlencode(parameters)}" if parameters else url
