"""The libraries of the system that lay letters out."""

from __future__ import annotations

import ctypes
import os
import shutil
import time

from deploy.environment import LOCAL
from deploy.progress import LaunchFailed, run_quietly, step

LIBRARIES = (
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz-subset.so.0",
)
PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
HINT = f"apt-get install {' '.join(PACKAGES)}"
DAY_SECONDS = 86_400


def install_letter_libraries() -> bool:
    """Install what lays letters out, where root may do that on Debian; say so if it is missing.

    Returns:
        Whether letters can be made.
    """
    if not _missing():
        return True
    tried = LOCAL / "letter-libraries-tried"
    recently = tried.exists() and time.time() - tried.stat().st_mtime < DAY_SECONDS
    if not recently and os.geteuid() == 0 and shutil.which("apt-get"):
        LOCAL.mkdir(exist_ok=True)
        tried.touch()
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *PACKAGES]
        try:
            with step("letters: libraries"):
                run_quietly(["apt-get", "update", "-q"], env=quiet, timeout_seconds=120)
                run_quietly(install, env=quiet, timeout_seconds=300)
        except LaunchFailed as error:
            print(f"They could not be installed: {error}")
    if missing := _missing():
        print(f"Letters will not be made: {missing} is missing. On Debian and Ubuntu: {HINT}")
        return False
    return True


def _missing() -> str:
    """Return the first library that cannot be loaded."""
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            return name
    return ""
