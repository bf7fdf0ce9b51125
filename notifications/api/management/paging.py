"""Pages of messages: by key, in both directions, one statement each."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from notifications.api.management.search import Place, Search, page_of
from notifications.models import Notification
from services.api.management.viewsets import ByKey

_NEWER = "newer"
_OLDER = "older"


class PagesOfMessages(ByKey):
    """Pages that begin beside a message, whose time and id are in their address.

    A message that is deleted meanwhile, or one that comes, moves nothing.
    """

    def find(self, search: Search, request: Request) -> list[Notification]:
        """Return the page of a search that a request asks for.

        Raises:
            ValidationError: its cursor is none of ours.
        """
        self.asked = request.build_absolute_uri()
        place, size = _place_of(request.query_params.get("cursor")), self._size(request)
        found = page_of(search, size + 1, place)
        is_back = place is not None and place.to_newer
        page = found[-size:] if is_back else found[:size]
        has_more = len(found) > size
        self.has_next = bool(page) and (is_back or has_more)
        self.has_previous = bool(page) and place is not None and (has_more or not is_back)
        self.rows = page
        return page

    def get_next_link(self) -> str | None:
        """Return the address of the page of older messages."""
        return self._address(_OLDER, self.rows[-1]) if self.has_next else None

    def get_previous_link(self) -> str | None:
        """Return the address of the page of newer messages."""
        return self._address(_NEWER, self.rows[0]) if self.has_previous else None

    def _size(self, request: Request) -> int:
        return self.get_page_size(request) or self.page_size

    def _address(self, towards: str, row: Notification) -> str:
        text = f"{towards} {row.created_at.isoformat()} {row.id}"
        cursor = urlsafe_b64encode(text.encode()).decode()
        return str(replace_query_param(self.asked, "cursor", cursor))


def _place_of(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        return _decoded(cursor)
    except ValueError:
        raise ValidationError({"cursor": ["Take it from the links of a page"]}) from None


def _decoded(cursor: str) -> Place:
    towards, instant, row_id = urlsafe_b64decode(cursor.encode()).decode().split(" ")
    created_at = datetime.fromisoformat(instant)
    if towards not in {_OLDER, _NEWER} or created_at.tzinfo is None:
        raise ValueError(towards)
    return Place(created_at, UUID(row_id), to_newer=towards == _NEWER)
