"""What is sent."""

from django.apps import AppConfig


class TemplatesConfig(AppConfig):
    """Configuration of the templates app."""

    name = "templates_app"
    verbose_name = "Templates"

    def ready(self) -> None:
        """Answer the services app."""
        from services import hooks  # noqa: PLC0415 - models are not ready before
        from templates_app.changes.publishing import outdate_changes_of  # noqa: PLC0415 - likewise
        from templates_app.read_models import forget_templates_with  # noqa: PLC0415 - likewise
        from templates_app.versions import archive_templates_of  # noqa: PLC0415 - likewise

        # First the changes: one that is being published has its template by then.
        hooks.service_archived.connect(outdate_changes_of)
        hooks.service_archived.connect(archive_templates_of)
        hooks.letter_contact_archived.connect(forget_templates_with)
