"""The night deletes a row, and something waits for that row meanwhile."""

import threading
import time

from django.db import connection

_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
LONGEST_SECONDS = 5


def delete_while(row, action):
    """Delete a notification in a transaction that ends once the action waits for it."""
    failed = []

    def act():
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            failed.append(error)
        finally:
            connection.close()

    night = connection.copy()
    night.set_autocommit(False)
    with night.cursor() as cursor:
        cursor.execute("DELETE FROM notifications WHERE id = %s", [row.id])
    other = threading.Thread(target=act)
    other.start()
    try:
        _await_waiting()
        night.commit()
    finally:
        night.close()
        other.join()
    if failed:
        raise failed[0]


def _await_waiting():
    until = time.monotonic() + LONGEST_SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nothing waits for the row")
