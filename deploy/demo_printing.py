"""Begin a print run of the demo by hand, and wait until the printer's stand-in has the letter."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy import processes
from deploy.progress import LaunchFailed, tail_of_file

DEADLINE_SECONDS = 60.0
POLL_SECONDS = 0.1
_SWITCH_ON = (
    "from notifications.models import ProviderDetails, ProviderDetailsHistory; "
    "from notify_project.versioning import save_versioned; "
    "row = ProviderDetails.objects.get(notification_type='letter', identifier='dvla'); "
    "row.active = True; row.reason = 'the demo has a printer'; "
    "save_versioned(row, ProviderDetailsHistory)"
)
_IS_ON = (
    "from notifications.models import ProviderDetails; "
    "print(ProviderDetails.objects.filter(identifier='dvla', active=True).exists())"
)


def print_letters(env: Mapping[str, str], *, stubs_url: str, logs: Path) -> None:
    """Hand every letter over that is ready.

    Raises:
        LaunchFailed: the printer did not get them in time.
    """
    began = time.monotonic()
    if processes.manage(env, "shell", "-v", "0", "-c", _IS_ON).strip() != "True":
        processes.manage(env, "shell", "-v", "0", "-c", _SWITCH_ON)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    told = processes.manage(env, "collate_letters", "--deadline", f"{tomorrow:%Y-%m-%d %H:%M}")
    # "3 letters, 3 sheets in 1 batches"
    wanted = int(told.splitlines()[-1].split()[0])
    while (printed := _printed(stubs_url)) < wanted:
        if time.monotonic() - began > DEADLINE_SECONDS:
            log = tail_of_file(logs / "worker-letters.log")
            raise LaunchFailed(f"The printer has no letter.\nThe end of worker-letters.log:\n{log}")
        time.sleep(POLL_SECONDS)
    print(f"  {time.monotonic() - began:5.1f} s  {'printer':<14} has {printed}", flush=True)


def _printed(stubs_url: str) -> int:
    with urllib.request.urlopen(f"{stubs_url}/counts.json", timeout=5) as answer:  # noqa: S310 - our own address
        return int(json.load(answer)["letters"])
