"""Pages of the admin site about operations, and what all pages share."""

from notify_project.admin import operations, queues

__all__ = ["operations", "queues"]
