"""Recognise and end the process groups that a launcher started, and no others."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

# In the environment of each process we start: the directory of the launcher it belongs to.
MARK = "NOTIFY_LAUNCHER"
PROC = Path("/proc")


def is_ours(group: int, started: str, directory: Path) -> bool:
    """Return whether this group is still the one we started, not a later one of that number.

    If its first process has gone, the others are recognised by the mark in their environment.
    """
    now = start_time(group)
    if now:
        return now == started
    mark = f"{MARK}={directory}".encode()
    members = _members(group)
    return bool(members) and all(mark in _environment(path) for path in members)


def start_time(pid: int) -> str:
    """Return which boot and at which tick of it a process started; empty if there is none."""
    if not PROC.joinpath("self").exists():
        ps = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
    try:
        ticks = _stat(PROC / str(pid))[19]
    except (OSError, IndexError):
        return ""
    return f"{(PROC / 'sys/kernel/random/boot_id').read_text().strip()} {ticks}"


def group_exists(group: int) -> bool:
    """Return whether a process of the group runs; one that waits for its burial does not."""
    if PROC.joinpath("self").exists():
        return bool(_members(group))
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to every process of the group, if there is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _members(group: int) -> list[Path]:
    return [path for path in PROC.glob("[0-9]*") if _group_of(path) == group]


def _group_of(path: Path) -> int | None:
    try:
        state, _, group, *_ = _stat(path)
    except (OSError, ValueError):
        return None
    return None if state in {"Z", "X"} else int(group)


def _stat(path: Path) -> list[str]:
    """Return the fields that follow a process's name. Source: proc(5), /proc/pid/stat."""
    return (path / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _environment(path: Path) -> list[bytes]:
    try:
        return (path / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
