"""What a service must be allowed before a file of it is stored, and again before it is sent."""

from uuid import UUID

from notifications.acceptance import rules
from notify_project.api.errors import BadRequest
from notify_project.constants import NotificationType
from services.read_models import ServiceModel
from templates_app.read_models import TemplateModel


def require_channel_and_sender(
    service: ServiceModel, template: TemplateModel, sender_id: UUID | None
) -> None:
    """Refuse a channel that the service may not use, and a sender that it does not have.

    Raises:
        BadRequest: the message says which.
    """
    notification_type = NotificationType(template.template_type)
    rules.require_permission(service, notification_type)
    given = str(sender_id) if sender_id else None
    if notification_type == NotificationType.SMS:
        rules.get_sms_sender(service, given)
    elif notification_type == NotificationType.EMAIL:
        rules.get_reply_to(service, given)
    elif given is not None:
        raise BadRequest("Letters have no sender to choose")
