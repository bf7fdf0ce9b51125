"""Lists of tables that are too big to count: pages begin beside a row, and nothing counts rows."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from notify_project.admin.london import written
from notify_project.admin.pages import BigTableAdmin
from notify_project.admin.scope import is_support, own_services
from notify_project.newest import Found, Place, Question, find_newest

AnyModel = TypeVar("AnyModel", bound=Model)

OLDER = "older"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """Since when, and before when; None is any time."""

    since: datetime | None = None
    before: datetime | None = None

    def within(self, question: Question) -> Question:
        """Return a question about this time alone."""
        return replace(question, since=self.since, before=self.before)


class KeyPaginator(Paginator[Any]):
    """What the foot of a list shows: links, and how far back was looked."""

    template_name = "admin/by_key.html"

    def __init__(self, rows: list[Any], found: Found, *, newest: str | None, older: str) -> None:
        super().__init__(rows, per_page=max(len(rows), 1))
        self.newest_url = newest
        self.older_url = older if found.older else None
        self.looked_at = found.looked_at
        self.back_to = written(found.older.instant) if found.older and found.looked_at else ""


class KeyPages(ChangeList):
    """A list whose page its admin reads, from where the address says."""

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        self.place = read_place(request.GET.get(OLDER, ""))
        self.person = request.user
        if OLDER in request.GET:
            # Links to other filters begin at the newest row, and no filter has this name.
            given = request.GET.copy()
            del given[OLDER]
            request.GET = given  # type: ignore[assignment]  # as its own copy is typed
        super().__init__(request, *args, **options)

    def get_filters(self, request: HttpRequest) -> Any:
        """Return the filters; whatever else narrows rows down would be read past in silence.

        Raises:
            IncorrectLookupParameters: no filter has such a name.
        """
        found = super().get_filters(request)
        if unknown := found[2]:
            raise IncorrectLookupParameters(f"There is no filter {', '.join(sorted(unknown))}")
        return found

    def value(self, name: str) -> Any:
        """Return what a filter is set to; None is anything."""
        for spec in self.filter_specs:
            given = getattr(spec, "given", None)
            if given is not None and name in spec.expected_parameters():
                return given()
        return None

    def services(self, filter_name: str) -> list[UUID] | None:
        """Return the services of the rows: the one chosen, or those of a member; None is all."""
        chosen = self.value(filter_name)
        if chosen is not None:
            return [chosen]
        return None if is_support(self.person) else sorted(own_services(self.person))

    def period(self) -> Period:
        """Return the days that were chosen."""
        days: Period | None = self.value("period")
        return days or Period()

    def newest(self, question: Question) -> Found:
        """Return the page of what a question finds, of the days that were chosen."""
        within = self.period().within(question)
        return find_newest(within, size=self.list_per_page, place=self.place)

    def get_results(self, request: HttpRequest) -> None:
        """Read the page; nothing is counted."""
        admin = cast("ByKeyAdmin[Any]", self.model_admin)
        refused = [spec for spec in self.filter_specs if getattr(spec, "error", "")]
        for spec in refused:
            title = capfirst(str(spec.title))
            messages.error(request, f"{title}: {getattr(spec, 'error', '')}")
        found = Found() if refused else admin.find_page(request, self)
        rows = admin.read_rows(request, self, found)
        self.result_list = rows
        self.result_count = len(rows)
        # That of the page: nobody knows how many there are.
        self.full_result_count = len(rows)
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = self.multi_page = False
        here = self.get_query_string()
        older = self.get_query_string({OLDER: write_place(found.older)}) if found.older else here
        newest = here if self.place else None
        self.paginator = KeyPaginator(rows, found, newest=newest, older=older)


class ByKeyAdmin(BigTableAdmin[AnyModel]):
    """A read-only list, newest first, of which a page reads a bounded number of rows."""

    list_filter_submit = True
    list_filter_sheet = False
    show_facets = ShowFacets.NEVER
    sortable_by: ClassVar[tuple[str, ...]] = ()
    # Columns that no list shows, and that cost something to read.
    not_listed: ClassVar[tuple[str, ...]] = ()

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        """Page by key."""
        return KeyPages

    def find_page(self, request: HttpRequest, pages: KeyPages) -> Found:
        """Return the ids of a page's rows."""
        raise NotImplementedError

    def read_rows(self, request: HttpRequest, pages: KeyPages, found: Found) -> list[AnyModel]:
        """Return the rows of a page; those that the person must not see are left out."""
        rows: QuerySet[AnyModel] = pages.root_queryset.filter(pk__in=found.ids)
        return list(
            rows.select_related(*self.list_select_related)
            .defer(*self.not_listed)
            .order_by("-created_at", "-pk")
        )


def write_place(place: Place) -> str:
    """Return a place as a page's address has it."""
    microseconds = (place.instant - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}.{place.id.hex}"


def read_place(text: str) -> Place | None:
    """Read a place from an address.

    Raises:
        IncorrectLookupParameters: it is none of ours.
    """
    if not text:
        return None
    try:
        microseconds, row_id = text.split(".")
        return Place(_EPOCH + timedelta(microseconds=int(microseconds)), UUID(row_id))
    except (ValueError, OverflowError) as error:
        raise IncorrectLookupParameters(f"{OLDER} is no place") from error
