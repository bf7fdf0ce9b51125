"""Measure the platform (``make bench``) on servers made for it that write as in production."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from typing import NoReturn

from deploy import embedded
from deploy.environment import ROOT, install_embedded
from deploy.progress import LaunchFailed


def main(arguments: list[str]) -> int:
    """Run the measurements and return their exit code."""
    signal.signal(signal.SIGTERM, _end_by_signal)
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), *arguments]
    if not _needs_servers(arguments):
        return _run(command, dict(os.environ))
    if not all(os.environ.get(name) for name in embedded.VARIABLES):
        install_embedded()
    try:
        with embedded.throw_away(durable=True) as addresses:
            return _run(command, os.environ | addresses)
    except LaunchFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _needs_servers(arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--only")
    return bool(parser.parse_known_args(arguments)[0].only != "content")


def _run(command: list[str], env: dict[str, str]) -> int:
    with subprocess.Popen(command, cwd=ROOT, env=env) as measuring:
        try:
            return measuring.wait()
        except BaseException:
            measuring.terminate()
            raise


def _end_by_signal(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
