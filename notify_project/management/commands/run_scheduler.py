"""Run the scheduler."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from notify_project.schedule.loop import Scheduler


class Command(BaseCommand):
    """``manage.py run_scheduler``."""

    help = "Wake the lanes of waiting messages and queue the periodic tasks; may run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until a signal says stop."""
        del args, options
        scheduler = Scheduler()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: scheduler.stop())
        scheduler.run()
