"""Everything the services app stores."""

from services.models.api_key import ApiKey, ApiKeyHistory
from services.models.branding import EmailBranding, LetterBranding
from services.models.callback import (
    SIGNING_SECRET_PREFIX,
    CallbackSigningSecret,
    CallbackType,
    ServiceCallbackApi,
    ServiceCallbackApiHistory,
    new_signing_secret,
)
from services.models.inbound_number import InboundNumber
from services.models.member_permission import MemberPermission
from services.models.organisation import Organisation
from services.models.person_session import PersonSession
from services.models.personal_token import PersonalToken
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
    "SIGNING_SECRET_PREFIX",
    "ApiKey",
    "ApiKeyHistory",
    "CallbackSigningSecret",
    "CallbackType",
    "EmailBranding",
    "InboundNumber",
    "LetterBranding",
    "MemberPermission",
    "Organisation",
    "PersonSession",
    "PersonalToken",
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
    "new_signing_secret",
]
