"""Look at tasks that failed for good, run one again, or drop it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notify_project import task_queues
from notify_project.api.errors import ApiError
from notify_project.constants import Queue


class Command(BaseCommand):
    """List, retry or drop failed tasks."""

    help = "Lists the tasks of a queue that failed, runs one again, or drops it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("queue", metavar="QUEUE", choices=Queue.values, help="of which queue")
        parser.add_argument("--again", metavar="ID", help="put this task back on its queue")
        parser.add_argument("--drop", metavar="ID", help="forget this task")
        parser.add_argument("--reason", default="", help="why: it is kept, so name nobody")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        del args
        queue, reason = options["queue"], options["reason"]
        try:
            if options["again"]:
                task_queues.run_again(queue, options["again"], actor=None, reason=reason)
                self.stdout.write("1 task runs again")
            elif options["drop"]:
                task_queues.drop(queue, options["drop"], actor=None, reason=reason)
                self.stdout.write("1 task is dropped")
            else:
                self._list(queue)
        except ApiError as error:
            raise CommandError(error.message) from error

    def _list(self, queue: str) -> None:
        tasks, count = task_queues.failed_tasks(queue)
        for task in tasks:
            line = f"{task.id} {task.failed_at} {task.function} {task.arguments}: {task.error}"
            self.stdout.write(line)
        self.stdout.write(f"{count} failed")
