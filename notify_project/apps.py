"""The project's own app: periodic runs and audit events."""

from django.apps import AppConfig


class NotifyProjectConfig(AppConfig):
    """Configuration of the ground floor."""

    name = "notify_project"
    verbose_name = "Operations"
