"""Break the running platform in every way and count what is lost (``make torture``).

The tests in ``notify_project/tests/torture`` do it for seconds; here it takes minutes.
"""

from __future__ import annotations

import os
import signal
import sys

from deploy.environment import install_embedded
from deploy.progress import LaunchFailed
from deploy.test import TEST_SETTINGS, end_by_signal, wait_for


def main(arguments: list[str]) -> int:
    """Run the suite, which starts servers of its own, and return its exit code."""
    signal.signal(signal.SIGTERM, end_by_signal)
    try:
        install_embedded()
        command = [sys.executable, "-m", "notify_project.tests.torture", *arguments]
        return wait_for(command, os.environ | {"DJANGO_SETTINGS_MODULE": TEST_SETTINGS})
    except LaunchFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
