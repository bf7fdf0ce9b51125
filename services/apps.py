"""Who sends."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """Configuration of the services app."""

    name = "services"

    def ready(self) -> None:
        """Listen to what is told of second factors."""
        from services.accounts import told  # noqa: PLC0415 - it needs the models

        told.listen()
