"""Look at what somebody wrote to a service; every look leaves an audit event."""

from notifications.models import InboundSms
from notify_project import audit
from notify_project.reasons import require_reason
from services.models import User


def see_received_text(text: InboundSms, *, actor: User | None, reason: str) -> tuple[str, str]:
    """Return who sent a text and what it says.

    Raises:
        NoReason: it is not said why, or the reason names who wrote the text.
    """
    reason = require_reason(reason, naming=[text.user_number])
    audit.record("see received text", text, actor=actor, service_id=text.service_id, reason=reason)
    return text.user_number, text.content
