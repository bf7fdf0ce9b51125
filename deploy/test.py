"""Run every check, then the tests (``make test``), on servers made for this run."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from deploy import embedded
from deploy.environment import ROOT, browser, install_embedded
from deploy.libraries import install_letter_libraries
from deploy.progress import LaunchFailed, step

TEST_SETTINGS = "notify_project.settings_test"
CODE = ("notify_project", "services", "templates_app", "notifications", "billing")


def checks() -> list[tuple[str, list[str]]]:
    """Return the static checks: heading and command."""
    python = sys.executable
    tools = Path(python).parent
    manage = [python, "manage.py"]
    templates = [str(path) for folder in CODE for path in (ROOT / folder).rglob("*.html")]
    found: list[tuple[str, list[str]]] = [
        ("ruff format", [python, "-m", "ruff", "format", "--check", "--quiet", "."]),
        ("ruff check", [python, "-m", "ruff", "check", "--quiet", "."]),
        ("lint-imports", [str(tools / "lint-imports"), "--no-cache"]),
        ("mypy", [python, "-m", "mypy", "."]),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("manage.py check", [*manage, "check"]),
    ]
    if templates:
        found.append(("djhtml", [python, "-m", "djhtml", "--check", "--tabwidth", "2", *templates]))
    return [*found, ("codespell", [str(tools / "codespell"), *_tracked_texts()])]


def _tracked_texts() -> list[str]:
    """Return what codespell reads: our own files, not those that others wrote or made."""
    names = {".py", ".md", ".html", ".yaml", ".toml", ".in"}
    own = [ROOT / folder for folder in (*CODE, "deploy", "benchmarks", "docs", "requirements")]
    found = [path for folder in own if folder.exists() for path in folder.rglob("*")]
    found += ROOT.glob("*")
    return sorted(str(path.relative_to(ROOT)) for path in found if path.suffix in names)


def run_checks(env: dict[str, str]) -> int:
    """Run the checks until one fails, and return its exit code."""
    for heading, command in checks():
        with step(heading):
            done = subprocess.run(
                command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
            )
        if done.returncode != 0:
            print(f"{done.stdout}{done.stderr}\n{heading} failed.")
            return done.returncode
    return 0


def run_pytest(env: dict[str, str], arguments: list[str]) -> int:
    """Run the tests and return their exit code."""
    processes = max(2, os.cpu_count() or 2)
    print("pytest", flush=True)
    # A file stays in one process: some hold tests that go on from the ones before.
    command = [sys.executable, "-m", "pytest", "-n", str(processes), "--dist", "loadfile"]
    return wait_for(command + arguments, env)


def wait_for(command: list[str], env: dict[str, str]) -> int:
    """Run tests, end them when this is ended, and return their exit code."""
    with subprocess.Popen(command, cwd=ROOT, env=env) as tests:
        try:
            return tests.wait()
        except BaseException:
            tests.terminate()
            raise


def run(what: str, arguments: list[str]) -> int:
    """Run the checks and, for ``all``, the tests, on servers of their own."""
    if not all(os.environ.get(name) for name in embedded.VARIABLES):
        install_embedded()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": TEST_SETTINGS}
    with embedded.throw_away() as addresses:
        env |= addresses
        code = run_checks(env)
        if code or what == "check":
            return code
        install_letter_libraries()
        if path := browser():
            env["NOTIFY_BROWSER"] = path
        return run_pytest(env, arguments)


def main(arguments: list[str]) -> int:
    """Run the static checks alone (``check``), or everything (``all`` and pytest's arguments)."""
    what, *rest = arguments
    signal.signal(signal.SIGTERM, end_by_signal)
    began = time.monotonic()
    try:
        code = run(what, [word for text in rest for word in shlex.split(text)])
    except LaunchFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"Total {time.monotonic() - began:.1f} s")
    return code


def end_by_signal(number: int, _: object) -> NoReturn:
    """Leave by an exception, so that servers and processes are ended on the way."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
