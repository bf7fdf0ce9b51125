"""What workers run for printers that take files."""

import logging

from notifications.letters.printing.acknowledgements import alert_on_missing
from notifications.letters.printing.from_printer import read_all
from notify_project import clock

logger = logging.getLogger(__name__)


def read_printer_files() -> None:
    """Read the files that printers have written."""
    if count := read_all():
        logger.info("%s files of printers were read", count)


def alert_on_unacknowledged_files() -> None:
    """Log an error that lists the files which the printer has not acknowledged."""
    alert_on_missing(clock.now())
