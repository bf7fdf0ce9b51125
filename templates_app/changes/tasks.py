"""What workers run for changes of templates."""

import logging

from notify_project import clock
from templates_app.changes.due import publish_due

logger = logging.getLogger(__name__)


def publish_due_template_changes() -> None:
    """Publish the changes of templates whose start has come."""
    if count := publish_due(clock.now()):
        logger.info("published %s changes of templates", count)
