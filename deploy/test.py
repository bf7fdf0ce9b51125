"""Run every check, then the tests (``make test``), on servers made for this run."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

from deploy import embedded
from deploy.environment import ROOT, browser, install_embedded
from deploy.libraries import install_letter_libraries
from deploy.progress import WIDTH, LaunchFailed

TEST_SETTINGS = "notify_project.settings_test"
# A printer says what British English says too, and other kinds do not.
PRINTERS_WORDS = "despatch,despatched"
CODE = ("notify_project", "services", "templates_app", "notifications", "billing")


def checks() -> list[tuple[str, list[str]]]:
    """Return the static checks: heading and command."""
    python = sys.executable
    tools = Path(python).parent
    manage = [python, "manage.py"]
    templates = [str(path) for folder in CODE for path in (ROOT / folder).rglob("*.html")]
    found: list[tuple[str, list[str]]] = [
        # First, as it takes as long as all others.
        ("mypy", [python, "-m", "mypy", "."]),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "--quiet", "."]),
        ("ruff check", [python, "-m", "ruff", "check", "--quiet", "."]),
        ("lint-imports", [str(tools / "lint-imports"), "--no-cache"]),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("manage.py check", [*manage, "check"]),
    ]
    if templates:
        found.append(("djhtml", [python, "-m", "djhtml", "--check", "--tabwidth", "2", *templates]))
    return [
        *found,
        ("codespell", [str(tools / "codespell"), "-L", PRINTERS_WORDS, *_tracked_texts()]),
    ]


def _tracked_texts() -> list[str]:
    """Return what codespell reads: our own files, not those that others wrote or made."""
    names = {".py", ".md", ".html", ".yaml", ".toml", ".in"}
    own = [ROOT / folder for folder in (*CODE, "deploy", "benchmarks", "docs", "requirements")]
    found = [path for folder in own if folder.exists() for path in folder.rglob("*")]
    found += ROOT.glob("*")
    return sorted(str(path.relative_to(ROOT)) for path in found if path.suffix in names)


class Checks:
    """The static checks, as many at once as there are processors, beside whatever else runs.

    All of them run, whatever the others find; each is told of when it ends. What still runs when
    the block is left by an exception is ended.
    """

    def __init__(self, commands: list[tuple[str, list[str]]], env: dict[str, str]) -> None:
        self._commands = commands
        self._env = env
        self._pool = ThreadPoolExecutor(processors())
        self._results: dict[str, Future[int]] = {}
        self._running: set[subprocess.Popen[str]] = set()
        self._over = threading.Event()

    def __enter__(self) -> Checks:
        self._results = {each[0]: self._pool.submit(self._run, *each) for each in self._commands}
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._over.set()
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in tuple(self._running):
                process.terminate()
        self._pool.shutdown()

    def failed(self) -> list[str]:
        """Wait for all, and return the headings of those that failed."""
        return [heading for heading, code in self._results.items() if code.result() != 0]

    def _run(self, heading: str, command: list[str]) -> int:
        began = time.monotonic()
        output = subprocess.PIPE
        with subprocess.Popen(
            command, cwd=ROOT, env=self._env, stdout=output, stderr=subprocess.STDOUT, text=True
        ) as process:
            self._running.add(process)
            if self._over.is_set():
                process.terminate()
            told, _ = process.communicate()
            self._running.discard(process)
        ended = f"{time.monotonic() - began:.1f} s"
        if process.returncode:
            ended = f"failed after {ended}\n{told}"
        print(f"{heading:<{WIDTH}} {ended}", flush=True)
        return process.returncode


def processors() -> int:
    """Return how much may run at once: two at least, as some only wait."""
    return max(2, os.cpu_count() or 2)


def run_pytest(env: dict[str, str], arguments: list[str]) -> int:
    """Run the tests and return their exit code."""
    # One more than can work: some tests wait for what they started.
    parallel = ["-n", str(processors() + 1), "--dist", "loadfile", "--no-loadscope-reorder"]
    return wait_for([sys.executable, "-m", "pytest", *parallel, *arguments], env)


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
        if what == "all":
            install_letter_libraries()
        if what == "all" and (path := browser()):
            env["NOTIFY_BROWSER"] = path
        with Checks(checks(), env) as static:
            code = run_pytest(env, arguments) if what == "all" else 0
            if failed := static.failed():
                print(f"Failed: {', '.join(failed)}")
            return code or (1 if failed else 0)


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
