"""What the support staff may do through the API: what their roles let them do on pages."""

from django.db.models import Model
from rest_framework.permissions import SAFE_METHODS

from notify_project.api.errors import Forbidden
from services.models import User

SEE_RECIPIENTS = "notifications.view_recipient"


def require_right(user: User | None, right: str | None) -> None:
    """Refuse a person of the support staff who has not this right.

    Raises:
        Forbidden: the message names it.
    """
    if right and user is not None and user.platform_admin and not user.has_perm(right):
        raise Forbidden(f"The right {right} is needed")


def require_right_to(user: User | None, model: type[Model] | None, method: str) -> None:
    """Refuse a person whose roles say nothing of rows like these.

    Who belongs to the support staff without any role, as before there were roles, may do what
    they might then.

    Raises:
        Forbidden: the message names the right.
    """
    if user is None or not user.platform_admin or model is None or not user.held_roles():
        return
    app, name = model._meta.app_label, model._meta.model_name  # noqa: SLF001 - Django's public Meta
    verbs = ("view",) if method in SAFE_METHODS else ("change", "add")
    rights = [f"{app}.{verb}_{name}" for verb in verbs]
    if not any(user.has_perm(right) for right in rights):
        raise Forbidden(f"The right {' or '.join(rights)} is needed")
