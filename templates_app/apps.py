"""What is sent."""

from django.apps import AppConfig


class TemplatesConfig(AppConfig):
    """Configuration of the templates app."""

    name = "templates_app"
    verbose_name = "Templates"
