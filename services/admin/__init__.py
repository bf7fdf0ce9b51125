"""Pages of the admin site about who sends."""

from services.admin import (
    api_key,
    branding,
    callback,
    group,
    inbound_number,
    letter_branding,
    organisation,
    service,
    user,
)

__all__ = [
    "api_key",
    "branding",
    "callback",
    "group",
    "inbound_number",
    "letter_branding",
    "organisation",
    "service",
    "user",
]
