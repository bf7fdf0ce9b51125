"""The project's own app: periodic runs and audit events."""

from typing import Any

from django.apps import AppConfig
from django.core.signals import request_started

from notify_project.database import drop_dead_connection


class NotifyProjectConfig(AppConfig):
    """Configuration of the ground floor."""

    name = "notify_project"
    verbose_name = "Operations"

    def ready(self) -> None:
        """Let no request fail because the database was restarted before it."""
        request_started.connect(_drop_dead_connection)


def _drop_dead_connection(**_: Any) -> None:
    drop_dead_connection()
