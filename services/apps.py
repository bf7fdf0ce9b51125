"""Who sends."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Configuration of the services app."""

    name = "services"
