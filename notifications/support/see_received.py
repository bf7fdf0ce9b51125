"""Look at what somebody wrote to a service; every look leaves an audit event."""

from notifications.models import InboundSms
from notify_project import audit
from notify_project.api.errors import BadRequest
from services.models import User


def see_received_text(text: InboundSms, *, actor: User | None, reason: str) -> tuple[str, str]:
    """Return who sent a text and what it says.

    Raises:
        BadRequest: there is no reason.
    """
    if not reason.strip():
        raise BadRequest("Say why")
    audit.record(
        "see received text", text, actor=actor, service_id=text.service_id, reason=reason.strip()
    )
    return text.user_number, text.content
