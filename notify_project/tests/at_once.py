"""Run things at the same moment."""

import threading

from django.db import connection

from notify_project.api.errors import ApiError


def at_once(*calls):
    """Run calls at the same moment, each on its own connection; return what they refused."""
    refused = []
    broken = []
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            call()
        except ApiError as error:
            refused.append(error.message)
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return refused
