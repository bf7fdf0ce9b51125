"""Pages of lists whose size a caller may choose, within bounds."""

import re
from typing import Any

from django.core.exceptions import ValidationError as NoValue
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

_NUMBER = re.compile("[0-9]{1,9}").fullmatch


class BoundedPages(CursorPagination):
    """Pages that cost the same however far on they are; a size out of bounds is refused."""

    page_size = 50
    max_page_size = 250
    page_size_query_param = "page_size"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Return a page.

        Raises:
            NotFound: the place where it should begin is none in this list.
        """
        cursor = self.decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            name = self.get_ordering(request, queryset, view)[0].removeprefix("-")
            field = queryset.model._meta.get_field(name)  # noqa: SLF001 - public
            if not _is_value_of(field, str(cursor.position)):
                raise NotFound(self.invalid_cursor_message)
        return super().paginate_queryset(queryset, request, view)

    def get_page_size(self, request: Request) -> int:
        """Return how many rows a page has.

        Raises:
            ValidationError: the caller asks for no number, or for too many.
        """
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not _NUMBER(given) or not 1 <= int(given) <= self.max_page_size:
            message = f"A number from 1 to {self.max_page_size} is needed."
            raise ValidationError({self.page_size_query_param: [message]})
        return int(given)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe what a page is asked with."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for each in parameters:
            if each["name"] == self.page_size_query_param:
                each["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        return parameters


def _is_value_of(field: Any, text: str) -> bool:
    try:
        field.to_python(text)
    except NoValue:
        return False
    return "\0" not in text
