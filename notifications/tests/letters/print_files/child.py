"""Hand a batch over in a process that kills itself on the way: ``child BATCH POINT OPTIONS``."""

import json
import os
import signal
import sys
from functools import wraps


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def after(function):
    @wraps(function)
    def wrapped(*args, **kwargs):
        function(*args, **kwargs)
        die()

    return wrapped


def main(batch_id, point, options):
    import django  # noqa: PLC0415 - once the environment is read

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    from notifications.letters.printing import file_states, upload  # noqa: PLC0415
    from notifications.models import LetterPrintBatch  # noqa: PLC0415
    from notifications.providers.sftp_printer import SftpFolders, SftpPrinter  # noqa: PLC0415

    settings.STORAGES["letters"]["OPTIONS"]["location"] = options.pop("letters")
    places = {
        "packed": (upload, "_pack", after),
        "written": (SftpFolders, "upload", after),
        "offered": (file_states, "offer", after),
        "named": (SftpFolders, "rename", after),
    }
    where, name, around = places[point]
    setattr(where, name, around(getattr(where, name)))
    upload.hand_over(LetterPrintBatch.objects.get(id=batch_id), SftpPrinter(options))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
