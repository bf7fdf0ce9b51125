"""Services with their permissions, senders, team and guests."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import TabularInline

from services.models import (
    ServiceEmailReplyTo,
    ServiceGuestList,
    ServicePermission,
    ServiceSmsSender,
    ServiceUser,
)


class ShownInline(TabularInline):
    """Rows that this page shows and does not change."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here."""
        return False


class PermissionInline(ShownInline):
    """What the service may do."""

    model = ServicePermission
    fields = ["permission", "created_at"]


class SmsSenderInline(ShownInline):
    """Senders of text messages."""

    model = ServiceSmsSender
    fields = ["sms_sender", "is_default", "archived", "id"]
    readonly_fields = ["id"]


class ReplyToInline(ShownInline):
    """Reply-to addresses of emails."""

    model = ServiceEmailReplyTo
    fields = ["email_address", "is_default", "archived", "id"]
    readonly_fields = ["id"]


class MemberInline(ShownInline):
    """The team."""

    model = ServiceUser
    fields = ["user"]


class GuestInline(ShownInline):
    """Who else may be written to in trial mode."""

    model = ServiceGuestList
    fields = ["recipient_type", "recipient"]
