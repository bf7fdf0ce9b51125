"""What the pages of the admin site share."""

from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path, lookup_spawns_duplicates
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, ForeignKey, Model, Q, QuerySet
from django.forms import ModelChoiceField, TypedChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from notify_project.admin.links import find_url
from notify_project.admin.navigation import title_of
from notify_project.admin.scope import is_support, scoped
from notify_project.admin.words import in_words
from notify_project.api.errors import ApiError

AnyModel = TypeVar("AnyModel", bound=Model)


class BoundedPaginator(Paginator[Any]):
    """Pages of a table that is too big to count: counting stops after a thousand rows."""

    farthest = 1000

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or the farthest that one can page to."""
        return int(cast("QuerySet[Any]", self.object_list)[: self.farthest].count())


class StaffAdmin(ModelAdmin[AnyModel]):
    """A page that members of services see as far as its rows are their services'.

    Attributes:
        service_path: how a row reaches its service, such as ``service`` or ``template__service``,
            ``id`` for services themselves; None for pages of the support staff alone.
    """

    service_path: ClassVar[str | None] = None
    list_per_page = 50
    # What the search box cannot show whole.
    list_before_template = "admin/search_help.html"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's own, which deletes many rows and asks for no reason."""
        actions = super().get_actions(request)
        return {name: each for name, each in actions.items() if name != "delete_selected"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnyModel]:
        """Return the rows that the person may see."""
        rows: QuerySet[AnyModel] = super().get_queryset(request)
        return scoped(rows, request.user, self.service_path)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Read the list; of an address that it cannot read, Django shows the list without filters.

        Raises:
            IncorrectLookupParameters: it cannot be read. The page that follows says so.
        """
        if any("\0" in value for _, values in request.GET.lists() for value in values):
            raise self._unreadable(request)
        try:
            return cast("ChangeList", super().get_changelist_instance(request))
        except IncorrectLookupParameters as error:
            raise self._unreadable(request) from error

    def _unreadable(self, request: HttpRequest) -> IncorrectLookupParameters:
        """Say on the next page that no filter is set there, and return what leads there."""
        if set(request.GET) - {ERROR_FLAG}:
            # With the flag in it Django would say that the database is broken.
            request.GET = QueryDict()
            words = "The address asks for what this list does not have. No filter is set now."
            self.message_user(request, words, messages.WARNING)
        return IncorrectLookupParameters()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AnyModel], search_term: str
    ) -> tuple[QuerySet[AnyModel], bool]:
        """Find what contains the words; what no text can contain finds nothing."""
        if "\0" in search_term:
            return queryset.none(), False
        return cast(
            "tuple[QuerySet[AnyModel], bool]",
            super().get_search_results(request, queryset, search_term),
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Call the list what the sidebar calls it."""
        title = title_of(request.path) or capfirst(str(self.opts.verbose_name_plural))
        context = {"title": title, **(extra_context or {})}
        return cast("HttpResponse", super().changelist_view(request, context))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Leave pages of the support staff out of the menu of members."""
        return self._is_for(request) and bool(super().has_module_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the right to look."""
        return self._is_for(request) and bool(super().has_view_permission(request, obj))

    def has_add_permission(self, request: HttpRequest, *more: Any) -> bool:
        """Ask for the right to add."""
        return self._is_for(request) and bool(super().has_add_permission(request, *more))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the right to change."""
        return self._is_for(request) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Ask for the right to delete."""
        return self._is_for(request) and bool(super().has_delete_permission(request, obj))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer members what belongs to their services, as its own page would show it."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        related = self.admin_site._registry.get(db_field.related_model)  # noqa: SLF001 - as Django does
        if field is not None and not is_support(request.user):
            rows = related.get_queryset(request) if related else field.queryset.none()
            field.queryset = field.queryset & rows if related else rows
        return cast("ModelChoiceField[Any] | None", field)

    def formfield_for_choice_field(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        """Offer choices in words."""
        given = db_field.get_choices(
            include_blank=db_field.blank, blank_choice=[("", "Choose one")]
        )
        kwargs.setdefault("choices", [(value, in_words(label)) for value, label in given])
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        return cast("TypedChoiceField | None", field)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead those who may see the audit to what it has of a row: that is all there was."""
        may_see = request.user.has_perm("notify_project.view_auditevent")
        if not (may_see and is_support(request.user) and self.has_view_permission(request)):
            return cast("HttpResponse", super().history_view(request, object_id, extra_context))
        self.found(request, object_id)
        url = find_url("admin:notify_project_auditevent_changelist", q=object_id)
        return HttpResponseRedirect(url)

    def found(self, request: HttpRequest, object_id: str) -> AnyModel:
        """Return a row that the person may see.

        Raises:
            Http404: there is none.
        """
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return cast("AnyModel", row)

    def named(self, object_id: str) -> QuerySet[AnyModel]:
        """Return the row that an address names, as nothing else reads it; none if it is no id."""
        rows = cast("QuerySet[AnyModel]", self.model._default_manager.all())  # noqa: SLF001 - as Django does
        try:
            return rows.filter(pk=self.opts.pk.to_python(object_id))
        except ValidationError:
            return rows.none()

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Answer members as if there were nothing; the support staff is sent to the first page."""
        if not is_support(request.user):
            raise Http404
        return cast(
            "HttpResponse", super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        )

    def _is_for(self, request: HttpRequest) -> bool:
        return self.service_path is not None or is_support(request.user)


class UseCaseAdmin(StaffAdmin[AnyModel]):
    """A page that saves through use cases; what one of them refuses is said on the page."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save; nothing of a refused save stays."""
        try:
            return cast(
                "HttpResponse",
                super().changeform_view(request, object_id, form_url, extra_context),
            )
        except ApiError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(StaffAdmin[AnyModel]):
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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AnyModel], search_term: str
    ) -> tuple[QuerySet[AnyModel], bool]:
        """Find by exact values, as indexes have them; Django would compare capital letters."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found, is_doubled = Q(pk__in=[]), False
        for name in self.get_search_fields(request):
            path = str(name).removeprefix("=")
            field = get_fields_from_path(self.model, path)[-1]
            try:
                found |= Q(**{path: field.to_python(term)})
            except ValidationError:
                continue
            is_doubled = is_doubled or lookup_spawns_duplicates(self.opts, path)
        return queryset.filter(found), is_doubled
