"""Keep named processes running, and end them all with us, also the ones of a killed run."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.process_groups import MARK, group_exists, is_ours, signal_group, start_time
from deploy.progress import tail_of_file

BACK_OFF_SECONDS = (0.1, 0.3, 0.6, 1.0)
# A process that lived this long had started. Dying sooner so many times in a row is final.
STARTED_SECONDS = 10.0
DEATHS_IN_A_ROW = 5
POLL_SECONDS = 0.1


@dataclass
class Process:
    """A command that should run, and how it is doing."""

    name: str
    command: Sequence[str | Path]
    log: Path
    stop_seconds: float
    serves_others: bool
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths_in_a_row: int = 0


@dataclass
class Supervisor:
    """Starts processes, each in a group of its own, and restarts what dies, until it is left.

    Args:
        directory: for the logs (``log/<name>.log``) and the list of processes.
        env: the environment of every process.
        cwd: where they run.
        deaths_in_a_row: so many, each soon after a start, end the attempts.
    """

    directory: Path
    env: Mapping[str, str]
    cwd: Path
    deaths_in_a_row: int = DEATHS_IN_A_ROW
    failure: str = ""
    _processes: list[Process] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _failed: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Supervisor:
        (self.directory / "log").mkdir(parents=True, exist_ok=True)
        end_left_over(self.directory)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        with _signals_hurry() as hurry:
            self._over.set()
            self._watcher.join()
            for serves_others in (False, True):
                _end([p for p in self._processes if p.serves_others == serves_others], hurry)
            _list_of(self.directory).unlink(missing_ok=True)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        stop_seconds: float = 15.0,
        serves_others: bool = False,
    ) -> None:
        """Start a process and keep it running.

        Args:
            name: of the process and its log.
            command: what to run.
            stop_seconds: how long it may take to end before it is killed.
            serves_others: it ends after those that do not.
        """
        log = self.directory / "log" / f"{name}.log"
        log.unlink(missing_ok=True)
        process = Process(name, command, log, stop_seconds, serves_others)
        with self._lock:
            self._processes.append(process)
            self._spawn(process)

    def replace(self, name: str, command: Sequence[str | Path]) -> None:
        """Ask a process to end; another command takes its place.

        Args:
            name: of a process that was started.
            command: what runs from now on under this name.
        """
        with self._lock:
            [process] = [each for each in self._processes if each.name == name]
            process.command = command
            if process.running:
                signal_group(process.running.pid, signal.SIGTERM)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until a process is given up, and return whether one was."""
        return self._failed.wait(seconds)

    def pids(self) -> dict[str, int]:
        """Return the process id of each running process."""
        with self._lock:
            return {each.name: each.running.pid for each in self._processes if each.running}

    def _spawn(self, process: Process) -> None:
        with process.log.open("ab") as log:
            process.running = subprocess.Popen(
                [str(word) for word in process.command],
                cwd=self.cwd,
                env={**self.env, MARK: str(self.directory)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process.started_at = time.monotonic()
        self._write_list()

    def _write_list(self) -> None:
        """Write down who runs, for the launcher that comes after a kill."""
        pids = [each.running.pid for each in self._processes if each.running]
        path = _list_of(self.directory)
        new = path.with_suffix(".new")
        new.write_text(json.dumps([{"pid": pid, "started": start_time(pid)} for pid in pids]))
        new.replace(path)

    def _watch(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            with self._lock:
                for process in self._processes:
                    self._look_after(process)

    def _look_after(self, process: Process) -> None:
        if process.running is not None:
            if process.running.poll() is not None:
                self._bury(process, process.running)
        elif process.start_again_at <= time.monotonic() and not self._failed.is_set():
            self._spawn(process)

    def _bury(self, process: Process, dead: subprocess.Popen[bytes]) -> None:
        """Note a death, end what is left of its group and plan the next start."""
        signal_group(dead.pid, signal.SIGKILL)
        process.running = None
        lived = time.monotonic() - process.started_at
        process.deaths_in_a_row = process.deaths_in_a_row + 1 if lived < STARTED_SECONDS else 1
        if process.deaths_in_a_row >= self.deaths_in_a_row:
            self.failure = (
                f"{process.name} died {self.deaths_in_a_row} times in a row, the last time with "
                f"code {dead.returncode}. The end of {process.log}:\n{tail_of_file(process.log)}"
            )
            self._failed.set()
            return
        pause = BACK_OFF_SECONDS[min(process.deaths_in_a_row, len(BACK_OFF_SECONDS)) - 1]
        process.start_again_at = time.monotonic() + pause
        print(f"{process.name} ended with code {dead.returncode}; starting it again.", flush=True)


def end_left_over(directory: Path) -> None:
    """End the processes that a killed launcher left, and no others."""
    path = _list_of(directory)
    try:
        listed = json.loads(path.read_text())
    except (OSError, ValueError):
        return
    groups = [each["pid"] for each in listed if is_ours(each["pid"], each["started"], directory)]
    for group in groups:
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + 10
    while any(map(group_exists, groups)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for group in groups:
        signal_group(group, signal.SIGKILL)
    path.unlink()


def _list_of(directory: Path) -> Path:
    return directory / "processes.json"


def _end(processes: list[Process], hurry: threading.Event) -> None:
    """Ask processes to end, wait for their groups, and kill what does not."""
    left = [(process.running, process.stop_seconds) for process in processes if process.running]
    for running, _ in left:
        signal_group(running.pid, signal.SIGTERM)
    began = time.monotonic()
    while left:
        for running, seconds in tuple(left):
            running.poll()
            late = hurry.is_set() or time.monotonic() > began + seconds
            if late or not group_exists(running.pid):
                signal_group(running.pid, signal.SIGKILL)
                running.wait()
                left.remove((running, seconds))
        time.sleep(POLL_SECONDS / 2)


@contextlib.contextmanager
def _signals_hurry() -> Iterator[threading.Event]:
    """Let a signal while we stop everything end the waiting, not the stopping."""
    hurry = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: hurry.set()) for number in numbers]
    try:
        yield hurry
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
