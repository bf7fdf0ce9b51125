"""Ask the API for what it promises, and for nonsense, by the thousand (``make fuzz``).

The tests in ``notify_project/tests/end_to_end/test_fuzz.py`` do it; here they run for longer.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys

from deploy import embedded
from deploy.environment import install_embedded
from deploy.progress import LaunchFailed
from deploy.test import end_by_signal, wait_for

TESTS = "notify_project/tests/end_to_end/test_fuzz.py"


def main(arguments: list[str]) -> int:
    """Run both parts and return the exit code."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="for each operation")
    parser.add_argument("--requests", type=int, default=20_000, help="that make no sense")
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10**6), help="to run it again"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, end_by_signal)
    if not all(os.environ.get(name) for name in embedded.VARIABLES):
        install_embedded()
    print(f"--seed {options.seed}", flush=True)
    env = os.environ | {
        "FUZZ_EXAMPLES": str(options.examples),
        "FUZZ_REQUESTS": str(options.requests),
        "FUZZ_SEED": str(options.seed),
    }
    try:
        with embedded.throw_away() as addresses:
            return _run(env | addresses)
    except LaunchFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(env: dict[str, str]) -> int:
    log = ["-o", "log_cli=true", "--log-cli-level=INFO"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *log, TESTS]
    return wait_for(command, env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
