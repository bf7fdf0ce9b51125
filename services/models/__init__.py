"""Everything the services app stores."""

from services.models.api_key import ApiKey, ApiKeyHistory
from services.models.branding import EmailBranding
from services.models.callback import CallbackType, ServiceCallbackApi, ServiceCallbackApiHistory
from services.models.inbound_number import InboundNumber
from services.models.organisation import Organisation
from services.models.retention import ServiceDataRetention
from services.models.sender import ServiceEmailReplyTo, ServiceLetterContact, ServiceSmsSender
from services.models.service import (
    Service,
    ServiceGuestList,
    ServiceHistory,
    ServicePermission,
    ServiceUser,
)
from services.models.user import User

__all__ = [
    "ApiKey",
    "ApiKeyHistory",
    "CallbackType",
    "EmailBranding",
    "InboundNumber",
    "Organisation",
    "Service",
    "ServiceCallbackApi",
    "ServiceCallbackApiHistory",
    "ServiceDataRetention",
    "ServiceEmailReplyTo",
    "ServiceGuestList",
    "ServiceHistory",
    "ServiceLetterContact",
    "ServicePermission",
    "ServiceSmsSender",
    "ServiceUser",
    "User",
]
