"""Pages of the admin site about who sends."""

from services.admin import api_key, branding, inbound_number, organisation, service, user

__all__ = ["api_key", "branding", "inbound_number", "organisation", "service", "user"]
