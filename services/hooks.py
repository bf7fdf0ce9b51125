"""Calls that upper apps answer, in the caller's transaction."""

from notify_project.hooks import Hook
from services.models import Service

service_created: Hook[Service] = Hook("service created")
service_archived: Hook[Service] = Hook("service archived")
