"""Columns that are encrypted at rest, with keys that rotate."""

import hmac
import logging
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Encrypt with the first of ``ENCRYPTION_KEYS``."""
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str, *, valid_for: timedelta | None = None) -> str:
    """Decrypt with whichever of ``ENCRYPTION_KEYS`` fits.

    Args:
        token: what was made of the text.
        valid_for: how long after it was made it may be read; for ever, if None.

    Raises:
        cryptography.fernet.InvalidToken: none fits, or it is too old.
    """
    seconds = None if valid_for is None else int(valid_for.total_seconds())
    return _fernet(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode(), seconds).decode()


def blind_indexes(text: str) -> list[str]:
    """Return what finds an encrypted text: a digest of it for each of ``ENCRYPTION_KEYS``.

    Store the first and look for all, so that keys can rotate. Without the keys nobody can try
    texts until one fits.
    """
    return [
        hmac.digest(key.encode(), b"blind index:" + text.encode(), "sha256").hex()
        for key in settings.ENCRYPTION_KEYS
    ]


class EncryptedTextField(_TextField):
    """Text that PostgreSQL never sees in the clear.

    A value that no key decrypts reads as empty and is logged as an error, so that one bad row
    cannot break a list.
    """

    empty: Any = ""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return None if value is None else encrypt(self.to_text(value))

    def from_db_value(self, value: str | None, *_args: Any) -> Any:
        """Decrypt on the way out."""
        if value is None:
            return None
        try:
            return self.to_value(decrypt(value))
        except InvalidToken:
            logger.error("a value of %s cannot be decrypted", self)  # noqa: TRY400 - no traceback
            return self.empty

    def to_text(self, value: Any) -> str:
        """Write the Python value as text."""
        return str(value)

    def to_value(self, text: str) -> Any:
        """Read the Python value from text."""
        return text


class Unreadable(dict[str, Any]):
    """What stands for an object that no key decrypts: empty to show, not fit to send."""


class EncryptedJSONField(EncryptedTextField):
    """A JSON object, encrypted as a whole."""

    # What the type checker's plugin takes for the types of the column's values.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    empty = Unreadable()

    def to_text(self, value: Any) -> str:
        """Write the object as JSON."""
        return orjson.dumps(value).decode()

    def to_value(self, text: str) -> Any:
        """Read the object from JSON."""
        return orjson.loads(text)
