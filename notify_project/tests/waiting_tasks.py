"""Tasks for the tests of queues and workers; importable by name, as RQ needs them."""

import os
import signal

from django.db import connection

from notify_project import logs

ran: list[str] = []


def note(word):
    ran.append(word)


def break_database_connection(word):
    connection.ensure_connection()
    connection.connection.close()
    ran.append(word)


def ask_database(word):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        ran.append(word)


def stop_this_worker(word):
    os.kill(os.getpid(), signal.SIGTERM)
    ran.append(word)


def fail(word):
    ran.append(word)
    raise LookupError(word)


def note_request(word):
    ran.append(logs.request_id())
