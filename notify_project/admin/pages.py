"""What the pages of the admin site share."""

from functools import cached_property
from typing import Any, TypeVar, cast

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

AnyModel = TypeVar("AnyModel", bound=Model)


class BoundedPaginator(Paginator[Any]):
    """Pages of a table that is too big to count: counting stops after a thousand rows."""

    farthest = 1000

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or the farthest that one can page to."""
        return int(cast("QuerySet[Any]", self.object_list)[: self.farthest].count())


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

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
