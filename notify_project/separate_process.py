"""Have a file that somebody sent read in a process of its own, which may die of it.

The process gets one line of JSON and the file, and answers with one line of JSON and what it made
of the file. It has no secrets, and little to take.
"""

import json
import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

# Signs that the file was too much for it: crashes of libraries, and no time left.
_DIED_OF_IT: Final = frozenset(
    {
        signal.SIGSEGV,
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGTRAP,
        signal.SIGXCPU,
    }
)


class DiedOfIt(Exception):
    """The file was too much for the process."""


class NotAnswered(Exception):
    """Nothing can be said of the file: the machine is too busy, or there is a bug."""


def ask(
    module: str, wanted: dict[str, Any], file: bytes, *, folder: Path, seconds: float
) -> tuple[Any, bytes]:
    """Let a process do something with a file.

    Args:
        module: what it runs; it calls ``serve``.
        wanted: what to do, for the module.
        file: whatever somebody sent.
        folder: where the module is found.
        seconds: how long to wait.

    Returns:
        Its answer, and what it made of the file.

    Raises:
        DiedOfIt: the file is bad.
        NotAnswered: try again.
    """
    try:
        ended = subprocess.run(  # noqa: S603 - a module of ours
            [sys.executable, "-m", module],
            input=json.dumps(wanted).encode() + b"\n" + file,
            stdout=subprocess.PIPE,
            # What libraries say of a file quotes it.
            stderr=subprocess.DEVNULL,
            cwd=folder,
            # None of our secrets.
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotAnswered(f"not done after {seconds} seconds") from error
    if -ended.returncode in _DIED_OF_IT:
        raise DiedOfIt
    if ended.returncode:
        raise NotAnswered(f"ended with {ended.returncode}")
    answer, _, made = ended.stdout.partition(b"\n")
    return json.loads(answer), made


def serve(
    work: Callable[[dict[str, Any], bytes], tuple[Any, bytes]],
    source: BinaryIO,
    target: BinaryIO,
    *,
    memory: int,
    processor_seconds: int,
) -> None:
    """Answer the one request of this process.

    Args:
        work: what is wanted and a file to an answer and what was made.
        source: of the request.
        target: of the answer.
        memory: bytes that it may have.
        processor_seconds: seconds of a processor that it may have.
    """
    _limit(resource.RLIMIT_AS, memory)
    # The second limit kills like a system without memory would: it must not be the first to come.
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 5))
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    # What libraries say of a file quotes it.
    logging.disable()
    wanted = json.loads(source.readline())
    answer, made = work(wanted, source.read())
    target.write(json.dumps(answer).encode() + b"\n" + made)
    target.flush()


def _limit(what: int, value: int) -> None:
    resource.setrlimit(what, (value, value))
