"""What the pages of the admin site share."""

from functools import cached_property
from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

AnyModel = TypeVar("AnyModel", bound=Model)


class UncountedPaginator(Paginator[Any]):
    """Pages of a table that is too big to count: there is a next page if one more row exists."""

    @cached_property
    def count(self) -> int:
        """Pretend just as many rows as make the page asked for and the next one reachable."""
        return self.per_page * 100

    def page(self, number: Any) -> Any:
        """Return a page, empty beyond the end, and stop offering pages there."""
        found = super().page(number)
        rows = list(found.object_list)
        if len(rows) < self.per_page:
            self.__dict__["count"] = (found.number - 1) * self.per_page + len(rows)
            self.__dict__.pop("num_pages", None)
        found.object_list = rows
        return found


class ReadOnlyAdmin(ModelAdmin[AnyModel]):
    """A page that shows and changes nothing."""

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False


class BigTableAdmin(ReadOnlyAdmin[AnyModel]):
    """A read-only page over a table of millions: never counted, searched by exact values."""

    paginator = UncountedPaginator
    show_full_result_count = False
    list_per_page = 50
