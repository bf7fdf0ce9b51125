"""Pages of the admin site about who sends."""

from services.admin import organisation, service, user

__all__ = ["organisation", "service", "user"]
