"""Pages of the admin site about what is sent."""

from templates_app.admin import folder, letter_contact, template, version

__all__ = ["folder", "letter_contact", "template", "version"]
