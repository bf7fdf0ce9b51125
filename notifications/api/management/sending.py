"""The base of resources that send: what a caller may depends on the channel."""

from notifications.models import Job
from notify_project.api.errors import Forbidden
from services.api.management.viewsets import SEND, SENDING, ServiceOwnedViewSet


class SendingViewSet(ServiceOwnedViewSet):
    """A resource of a service whose changes send something, or keep it from being sent."""

    about = Job
    access = {"read": "view_activity", "write": SEND}

    def require_may_send(self, template_type: str) -> None:
        """Refuse a caller who may not send this kind of message for the service.

        Raises:
            Forbidden: the message says what is missing.
        """
        need = SENDING[template_type]
        if need not in self.principal.permissions_for(self.service):
            raise Forbidden(f"The permission {need} is needed")
