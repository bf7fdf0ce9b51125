"""Pages of the admin site about what is sent."""

from templates_app.admin import folder, template, version

__all__ = ["folder", "template", "version"]
