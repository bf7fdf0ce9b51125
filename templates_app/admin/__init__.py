"""Pages of the admin site about what is sent."""

from templates_app.admin import change, folder, letter_contact, template, version

__all__ = ["change", "folder", "letter_contact", "template", "version"]
