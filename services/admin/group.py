"""Groups: rights by hand of several people at once."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from notify_project import audit
from notify_project.admin.asking import AsksWhy
from notify_project.admin.elevation import elevated
from notify_project.admin.pages import StaffAdmin
from notify_project.admin.reasons import ReasonedForm
from services.models import User

admin.site.unregister(Group)


class GroupForm(ReasonedForm, ModelForm[Group]):
    """A group, its rights, and why it has them."""


@admin.register(Group)
class GroupAdmin(AsksWhy, StaffAdmin[Group], DjangoGroupAdmin):
    """What roles are better for, as long as somebody has rights by hand."""

    form = GroupForm
    fields = ("name", "permissions", "reason")
    when_deleted = "Whoever is in it has its rights no more. It cannot be brought back."

    @elevated
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show or save, to who has just shown that it is them."""
        return super().changeform_view(request, *args, **kwargs)

    @elevated
    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask, and delete."""
        return super().delete_view(request, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Save which rights are in it, audited."""
        group: Group = form.instance
        with transaction.atomic():
            before = {"name": form.initial["name"], "rights": _rights(group)} if change else None
            super().save_related(request, form, formsets, change)
            after = {"name": group.name, "rights": _rights(group)}
            if before != after:
                self._audit(
                    "change group" if change else "create group",
                    request,
                    group,
                    before=before,
                    after=after,
                )

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        """Delete it, audited."""
        with transaction.atomic():
            before = {"name": obj.name, "rights": _rights(obj)}
            self._audit("delete group", request, obj, before=before, after=None)
            obj.delete()

    def _audit(self, action: str, request: HttpRequest, group: Group, **values: Any) -> None:
        audit.record(action, group, actor=cast("User", request.user), **values)


def _rights(group: Group) -> list[str]:
    rows: QuerySet[Any] = group.permissions.order_by("codename")
    return list(rows.values_list("codename", flat=True))
