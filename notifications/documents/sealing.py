"""What makes a document unreadable without its link: a key of its own, which is not stored."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class WrongKey(Exception):
    """The key opens nothing here."""


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """The key of one document; it exists in the document's link alone."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "DocumentKey":
        """Draw a key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def read(cls, text: str) -> "DocumentKey":
        """Read a key as a link carries it.

        Raises:
            WrongKey: it is not one.
        """
        try:
            secret = base64.b64decode(text + "=", altchars=b"-_", validate=True)
        except ValueError as error:
            raise WrongKey from error
        if len(secret) != KEY_BYTES:
            raise WrongKey
        return cls(secret)

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(self.secret).decode().rstrip("=")

    def seal(self, plain: bytes, *, document_id: UUID, part: str) -> bytes:
        """Encrypt one part of a document: its content, or its name."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher(part).encrypt(nonce, plain, document_id.bytes)

    def unseal(self, sealed: bytes, *, document_id: UUID, part: str) -> bytes:
        """Decrypt what `seal` encrypted.

        Raises:
            WrongKey: with another key, or it was changed since.
        """
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(part).decrypt(nonce, rest, document_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise WrongKey from error

    def recipient_check(self, normalised_address: str) -> bytes:
        """Return what recognises an address and, without this key, tells nothing about it."""
        return self._derived(f"recipient {normalised_address}")

    def _cipher(self, part: str) -> AESGCM:
        return AESGCM(self._derived(f"cipher {part}"))

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self.secret, purpose.encode(), "sha256")
