"""Hand batches over in processes that kill themselves on the way.

Each line of the input is an order; the answer is how its process ended.
"""

import json
import os
import signal
import sys
from functools import wraps


def after(function):
    @wraps(function)
    def wrapped(*args, **kwargs):
        function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def hand_over_and_die(order):
    from django.conf import settings  # noqa: PLC0415

    settings.STORAGES["letters"]["OPTIONS"]["location"] = order.pop("letters")
    places = {
        "packed": (upload, "_pack"),
        "written": (SftpFolders, "upload"),
        "offered": (file_states, "offer"),
        "named": (SftpFolders, "rename"),
    }
    where, name = places[order.pop("point")]
    setattr(where, name, after(getattr(where, name)))
    batch = LetterPrintBatch.objects.get(id=order.pop("batch"))
    upload.hand_over(batch, SftpPrinter(order))


if __name__ == "__main__":
    import django

    django.setup()
    from notifications.letters.printing import file_states, upload
    from notifications.models import LetterPrintBatch
    from notifications.providers.sftp_printer import SftpPrinter
    from notifications.providers.sftp_printer.folders import SftpFolders

    for line in sys.stdin:
        if child := os.fork():
            print(  # noqa: T201 - the answer
                os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True
            )
        else:
            hand_over_and_die(json.loads(line))
            sys.exit()
