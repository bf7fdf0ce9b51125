"""PostgreSQL and Redis for this checkout: sockets only, no containers, no root, no ports.

A DATABASE_URL or REDIS_URL in the environment replaces one or both.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from deploy.environment import LOCAL, ROOT
from deploy.programs import Account
from deploy.progress import LaunchFailed
from deploy.servers import Home, Postgres, Redis, require_reachable

VARIABLES = ("DATABASE_URL", "REDIS_URL")
THROW_AWAY_PREFIX = "notify-servers-"
# The data of root's servers: the account that runs them cannot be given a place in the checkout.
DATA_OF_ROOT = Path("/var/lib/notify")


@contextmanager
def kept() -> Iterator[dict[str, str]]:
    """Give DATABASE_URL and REDIS_URL of servers whose data stays.

    Raises:
        LaunchFailed: a server cannot be started or reached, or a launcher runs here already.
    """
    with _addresses(_kept_home, durable=True) as addresses:
        yield addresses


@contextmanager
def throw_away(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """Give DATABASE_URL and REDIS_URL of new servers that are removed afterwards.

    Args:
        durable: write as in production; else nothing waits for the disk.

    Raises:
        LaunchFailed: a server cannot be started or reached.
    """
    with _addresses(throw_away_home, durable=durable) as addresses:
        yield addresses


def kept_path() -> Path:
    """Return the directory of the servers whose data stays."""
    if os.geteuid() != 0:
        return LOCAL / "data"
    return DATA_OF_ROOT / hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]


@contextmanager
def _addresses(
    home_for: Callable[[Account], AbstractContextManager[Home]], *, durable: bool
) -> Iterator[dict[str, str]]:
    addresses = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    require_reachable(addresses)
    with ExitStack() as stack:
        if len(addresses) < len(VARIABLES):
            home = stack.enter_context(home_for(Account.choose()))
            if "DATABASE_URL" not in addresses:
                postgres = Postgres(home, durable=durable)
                addresses["DATABASE_URL"] = stack.enter_context(postgres.running())
            if "REDIS_URL" not in addresses:
                cache = Redis(home, durable=durable)
                addresses["REDIS_URL"] = stack.enter_context(cache.running())
        yield addresses


@contextmanager
def _kept_home(account: Account) -> Iterator[Home]:
    path = kept_path()
    path.parent.mkdir(exist_ok=True, parents=True)
    _make_reachable(path)
    with _lock(path) as is_ours:
        if not is_ours:
            raise LaunchFailed("Notify runs in this checkout already. Stop it first.")
        yield Home(path, account)


@contextmanager
def throw_away_home(account: Account) -> Iterator[Home]:
    """Give a new home for servers, and remove it afterwards."""
    temporary = Path(tempfile.gettempdir())
    for left in temporary.glob(f"{THROW_AWAY_PREFIX}*"):
        # Another run may be removing it, too.
        with suppress(FileNotFoundError):
            _remove_left(left, account)
    new = Path(tempfile.mkdtemp(prefix="notify-new-"))
    _make_reachable(new)
    with _lock(new):
        # Only now may others take it for servers that were left.
        path = new.rename(temporary / new.name.replace("notify-new-", THROW_AWAY_PREFIX))
        home = Home(path, account)
        try:
            yield home
        finally:
            home.remove_sockets()
            # Under another name first: a run that starts now must not look into what goes away.
            gone = path.rename(temporary / path.name.replace(THROW_AWAY_PREFIX, "notify-gone-"))
            shutil.rmtree(gone, ignore_errors=True)


def _make_reachable(path: Path) -> None:
    """Let the account of root's servers pass through to the directories it owns, nobody else in."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _remove_left(path: Path, account: Account) -> None:
    """Stop and remove the servers of a killed run of ours."""
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        return
    with _lock(path) as is_ours:
        if is_ours:
            home = Home(path, account)
            if (path / "postgresql").exists():
                Postgres(home, durable=False).stop()
            if (path / "redis").exists():
                Redis(home, durable=False).stop()
            home.remove_sockets()
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _lock(path: Path) -> Iterator[bool]:
    """Hold a directory's lock, which the system drops when we die, and say whether we got it."""
    with (path / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
