"""Calls that upper apps answer, in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notify_project.hooks import Hook, Question
from services.models import Service, ServiceLetterContact


@dataclass(frozen=True, slots=True)
class SentOnDay:
    """What a daily limit counts: real messages of a UTC day, which begins at an instant."""

    service_id: UUID
    notification_type: str
    midnight: datetime
    only_abroad: bool = False


service_created: Hook[Service] = Hook("service created")
service_archived: Hook[Service] = Hook("service archived")
letter_contact_archived: Hook[ServiceLetterContact] = Hook("letter contact archived")
sent_on_day: Question[SentOnDay, int] = Question("messages that a daily limit counts", default=0)
