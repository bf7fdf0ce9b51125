"""Pages of the admin site about what is sent."""

from templates_app.admin import template

__all__ = ["template"]
