"""Where people are signed in."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from notify_project import clock


class PersonSession(AbstractBaseSession):
    """A browser in which somebody is, or is about to be, signed in."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    browser = models.CharField(max_length=200, default="", help_text="As it calls itself.")
    started_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = BaseSessionManager()

    class Meta(AbstractBaseSession.Meta):
        db_table = "person_sessions"
        indexes = [models.Index(fields=["user"], name="ix_person_sessions_user")]

    def __str__(self) -> str:
        # The key lets whoever has it in.
        return f"since {self.started_at}"
