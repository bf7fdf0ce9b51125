"""The button of pages whose subject can be held back from being sent."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action


class CanBeHeld(ModelAdmin[Any]):
    """A page with a button that leads to holding, or to the hold that holds.

    Attributes:
        held_as: what holds call it.
        held_by: the column that they know it by.
        hold_right: who may hold it.
    """

    held_as: ClassVar[str]
    held_by: ClassVar[str] = "pk"
    hold_right: ClassVar[str] = "notifications.hold_sending"

    def has_hold_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Let those hold who may."""
        return request.user.has_perm(self.hold_right)

    @action(description="Hold sending", url_path="hold", permissions=["hold"])  # type: ignore[untyped-decorator]
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to where it is held, or released."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        query = urlencode({"kind": self.held_as, "key": getattr(row, self.held_by)})
        return HttpResponseRedirect(f"{reverse('admin:notifications_hold_add')}?{query}")
