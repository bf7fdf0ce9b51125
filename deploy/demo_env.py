"""The settings of ``make demo``: made once, kept in ``.local/demo.env`` for the next run."""

from __future__ import annotations

import base64
import os
import secrets
import uuid
from pathlib import Path

from deploy.environment import LOCAL
from deploy.progress import LaunchFailed

PATH = LOCAL / "demo.env"
NAMES = (
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "INTERNAL_API_SECRET",
    "MMG_API_KEY",
    "DEMO_API_KEY_SECRET",
    "DEMO_ADMIN_PASSWORD",
)


def load_secrets(*, database: Path | None) -> dict[str, str]:
    """Return the secrets of the demo, made on its first run.

    Args:
        database: the data that the secrets belong to, if it is ours.

    Raises:
        LaunchFailed: there is data already, but not its secrets.
    """
    if PATH.exists():
        lines = PATH.read_text().splitlines()
        kept = dict(line.split("=", 1) for line in lines if "=" in line)
        if missing := [name for name in NAMES if name not in kept]:
            raise LaunchFailed(f"{PATH} has no {', '.join(missing)}. {_remedy(database)}")
        return kept
    if database and database.exists():
        raise LaunchFailed(
            f"{PATH}, which holds the keys of the demo's database, is gone. {_remedy(database)}"
        )
    made = _make()
    _write("".join(f"{name}={value}\n" for name, value in made.items()))
    return made


def demo_settings(*, port: int, api_key: str) -> dict[str, str]:
    """Return the settings that point the platform at the stand-ins of third parties."""
    return {
        "API_HOST_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CSRF_TRUSTED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port + 2}",
        "EMAIL_DOMAIN": "demo.notify.example",
        "MMG_URL": f"http://127.0.0.1:{port + 1}/mmg",
        "DVLA_URL": f"http://127.0.0.1:{port + 1}/dvla",
        "DVLA_USERNAME": "demo",
        "DVLA_PASSWORD": api_key,
        "DVLA_API_KEY": api_key,
        "MMG_RECEIPT_USERNAME": "",
        "MMG_RECEIPT_PASSWORD": "",
        # The stand-ins listen on loopback.
        "HTTP_ALLOW_PRIVATE": "true",
        "LETTER_DRAWS_CODE": "true",
        "SECURE_COOKIES": "false",
        # Whoever tries the demo is in with one step; the page of signing in says so.
        "ADMIN_TWO_FACTOR": "optional",
        "DEBUG": "false",
    }


def new_secrets() -> dict[str, str]:
    """Return fresh values of the secrets that every installation needs."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        # A Fernet key. Source: the Fernet specification, key format.
        "ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "INTERNAL_API_SECRET": secrets.token_urlsafe(32),
    }


def _make() -> dict[str, str]:
    return new_secrets() | {
        "MMG_API_KEY": secrets.token_urlsafe(16),
        "DEMO_API_KEY_SECRET": str(uuid.uuid4()),
        "DEMO_ADMIN_PASSWORD": secrets.token_urlsafe(12),
    }


def _write(content: str) -> None:
    """Write the file whole or not at all, readable by us alone."""
    LOCAL.mkdir(exist_ok=True)
    unfinished = PATH.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    unfinished.replace(PATH)


def _remedy(database: Path | None) -> str:
    anew = f"remove {database.parent.parent} and {PATH}" if database else "use an empty database"
    return f"Put it back, or {anew} to begin anew."
