"""Run one worker process of a pool."""

import logging
import time
from argparse import ArgumentParser
from typing import Any, cast

import django_rq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from redis import RedisError

from notify_project.redis_connection import redis_connection
from notify_project.worker import NotifyWorker

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1.0


class Command(BaseCommand):
    """``manage.py run_worker POOL``."""

    help = "Run the tasks that wait in the queues of a pool, one after another."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("pool", help=f"one of {_pools()}")
        parser.add_argument(
            "--burst",
            action="store_true",
            help="end when nothing waits instead of waiting for more",
        )

    def handle(self, *args: Any, pool: str, burst: bool, **options: Any) -> None:
        """Work until a signal says stop; what is running then is finished first."""
        del args, options
        if pool not in settings.WORKER_POOLS:
            raise CommandError(f"There is no worker pool {pool}. The pools are {_pools()}.")
        while not _work(settings.WORKER_POOLS[pool], burst=burst):
            logger.warning("worker of pool %s lost Redis and starts again", pool)


def _pools() -> str:
    return ", ".join(settings.WORKER_POOLS)


def _work(queues: list[str], *, burst: bool) -> bool:
    """Run one worker; return whether it ended because it was meant to."""
    _wait_for_redis()
    try:
        worker = cast(NotifyWorker, django_rq.get_worker(*queues))
        worker.work(burst=burst)
    except RedisError as error:
        logger.warning("worker stopped: %s", type(error).__name__)
        time.sleep(WAIT_SECONDS)
        return False
    return burst or worker.was_stopped


def _wait_for_redis() -> None:
    waiting = False
    while True:
        try:
            redis_connection().ping()
        except RedisError as error:
            if not waiting:
                logger.warning("worker waits for Redis: %s", type(error).__name__)
            waiting = True
            time.sleep(WAIT_SECONDS)
        else:
            return
