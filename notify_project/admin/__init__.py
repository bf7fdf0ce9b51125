"""Pages of the admin site about operations, and what all pages share."""

from notify_project.admin import audit_events, operations, queues

__all__ = ["audit_events", "operations", "queues"]
