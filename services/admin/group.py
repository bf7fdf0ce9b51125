"""Groups: rights by hand of several people at once."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from notify_project import audit
from notify_project.admin.elevation import elevated
from notify_project.admin.pages import StaffAdmin
from services.models import User

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(StaffAdmin[Group], DjangoGroupAdmin):
    """What roles are better for, as long as somebody has rights by hand."""

    @elevated
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show or save, to who has just shown that it is them."""
        return super().changeform_view(request, *args, **kwargs)

    @elevated
    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask, and delete."""
        return super().delete_view(request, *args, **kwargs)

    def get_actions(self, request: HttpRequest) -> Any:
        """Delete one by one, so that each is asked for."""
        return {}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Save which rights are in it, audited."""
        group: Group = form.instance
        with transaction.atomic():
            before = _rights(group)
            super().save_related(request, form, formsets, change)
            if before != _rights(group) or not change:
                self._audit(
                    "change group" if change else "create group",
                    request,
                    group,
                    before=before,
                    after=_rights(group),
                )

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Delete it, audited."""
        with transaction.atomic():
            self._audit("delete group", request, obj, before=_rights(obj), after=[])
            obj.delete()

    def _audit(
        self, action: str, request: HttpRequest, group: Group, *, before: Any, after: Any
    ) -> None:
        audit.record(
            action,
            group,
            actor=cast("User", request.user),
            before={"rights": before},
            after={"rights": after},
        )


def _rights(group: Group) -> list[str]:
    rows: QuerySet[Any] = group.permissions.order_by("codename")
    return list(rows.values_list("codename", flat=True))
