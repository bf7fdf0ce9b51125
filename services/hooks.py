"""Calls that upper apps answer, in the caller's transaction."""

from notify_project.hooks import Hook
from services.models import Service, ServiceLetterContact

service_created: Hook[Service] = Hook("service created")
service_archived: Hook[Service] = Hook("service archived")
letter_contact_archived: Hook[ServiceLetterContact] = Hook("letter contact archived")
