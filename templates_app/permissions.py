"""Refuse people the templates of a kind that their service does not send."""

from uuid import UUID

from notify_project.api.errors import Forbidden
from notify_project.constants import NotificationType
from services.models import Service, ServicePermission
from templates_app.models import Template

_WORDS: dict[str, str] = {
    NotificationType.EMAIL: "email",
    NotificationType.SMS: "text message",
    NotificationType.LETTER: "letter",
}


class ReviewNeeded(Forbidden):
    """A change that no second person has looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Changes of this service's templates are reviewed: propose the change, as a "
            "template-change, and somebody else approves it"
        )


def require_unreviewed_change_allowed(service_id: UUID) -> None:
    """Refuse a change that nobody else has looked at, if the service asks for a review.

    Raises:
        ReviewNeeded: it does.
    """
    if is_review_wanted(service_id):
        raise ReviewNeeded


def is_review_wanted(service_id: UUID) -> bool:
    """Tell whether changes of a service's templates need a second person."""
    return Service.objects.filter(id=service_id, templates_need_review=True).exists()


def require_may_create(service_id: UUID, template_type: str) -> None:
    """Refuse a new template of a type for which the service has no permission.

    Raises:
        Forbidden: it has none.
    """
    _require_permission(service_id, template_type, "Creating")


def require_may_update(template: Template) -> None:
    """Refuse a change likewise; permissions may have been taken away since.

    Raises:
        Forbidden: the service has no permission for the type.
    """
    _require_permission(template.service_id, template.template_type, "Updating")


def _require_permission(service_id: UUID, template_type: str, verb: str) -> None:
    held = ServicePermission.objects.filter(service=service_id, permission=template_type)
    if not held.exists():
        words = _WORDS.get(template_type, template_type)
        raise Forbidden(f"{verb} {words} templates is not allowed")
