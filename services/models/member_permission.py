"""What a member of a team may do for a service."""

from django.conf import settings
from django.db import models

from notify_project import clock
from services.models.service import Service


class MemberPermission(models.Model):
    """One thing that one person may do for one service."""

    class Name(models.TextChoices):
        """What may be done. Source: the domain model, user permissions on a service."""

        MANAGE_USERS = "manage_users"
        MANAGE_TEMPLATES = "manage_templates"
        MANAGE_SETTINGS = "manage_settings"
        SEND_TEXTS = "send_texts"
        SEND_EMAILS = "send_emails"
        SEND_LETTERS = "send_letters"
        MANAGE_API_KEYS = "manage_api_keys"
        VIEW_ACTIVITY = "view_activity"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    permission = models.CharField(max_length=30, choices=Name)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "permissions"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "user", "permission"], name="uq_member_permission"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    permission__in=[
                        "manage_users",
                        "manage_templates",
                        "manage_settings",
                        "send_texts",
                        "send_emails",
                        "send_letters",
                        "manage_api_keys",
                        "view_activity",
                    ]
                ),
                name="ck_member_permissions_name",
            ),
        ]

    def __str__(self) -> str:
        return self.permission
