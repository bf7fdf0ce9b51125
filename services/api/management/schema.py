"""How the management API's operations are described: what each does, and who may."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from services.api.management.viewsets import (
    MEMBER,
    PLATFORM,
    SEND,
    SENDING,
    ServiceOwnedViewSet,
    needed_for,
)

# What the framework's own methods do, which say nothing of it.
_USUAL = {
    "list": "List {many}",
    "retrieve": "Show {one}",
    "create": "Create {one}",
    "update": "Change all of {one}",
    "partial_update": "Change some of {one}",
    "destroy": "Remove {one}",
}


class ManagementSchema(AutoSchema):
    """Describes an operation by its own docstring, its resource's, and what it needs."""

    def get_summary(self) -> str:
        """Return a line that tells the operation from all others."""
        first, _, _ = self._said().partition("\n")
        return first.removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override]
        """Return what it does, to what, and who may."""
        what = self._said()
        resource = " ".join((type(self.view).__doc__ or "").split())
        what = what if what.endswith(".") else f"{what}."
        return "\n\n".join([" ".join(what.split()), resource, _who(self.view, self.method)])

    def _said(self) -> str:
        action = getattr(self.view, "action", "")
        written = _own_doc(type(self.view), action)
        if written:
            return written
        one, many = getattr(self.view, "names", ("one", "all"))
        return _USUAL.get(action, action).format(one=one, many=many)


def _own_doc(view: type, action: str) -> str:
    """Return what a method of ours says of itself."""
    method = getattr(view, action, None)
    module = str(getattr(method, "__module__", ""))
    lines = (method.__doc__ or "").splitlines() if method and "rest_framework" not in module else []
    return "\n".join(line.strip() for line in lines).strip()


def _who(view: Any, method: str) -> str:
    need = needed_for(view.access, view.action, method)
    if need == PLATFORM:
        return "For support staff and programs of the installation."
    if need == MEMBER:
        in_team = isinstance(view, ServiceOwnedViewSet)
        return "For everyone in the team." if in_team else "Everyone sees what is theirs."
    more = view.besides.get(view.action)
    if more:
        return f"Needs the permissions `{need}` and `{more}` for the service."
    if need == SEND:
        either = ", ".join(f"`{name}`" for name in SENDING.values())
        return f"Needs one of the permissions {either} for the service: that of the channel."
    return f"Needs the permission `{need}` for the service."
