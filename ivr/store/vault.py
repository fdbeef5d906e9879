"""Sealing personal data for the tables, and finding it again without opening it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
INDEX_BYTES = 16


class CannotOpen(ValueError):
    """The ciphertext is broken, of another purpose, or was sealed with another key."""


class Vault:
    """One key for each purpose, derived from the data key; a purpose cannot open another's."""

    def __init__(self, data_key: bytes) -> None:
        """Take 32 random bytes."""
        if len(data_key) != 32:
            raise ValueError("the data key must have 32 bytes")
        self._data_key = data_key
        self._derived = cache(lambda use: _derive(data_key, use))
        self._cipher = cache(lambda purpose: AESGCM(self._derived(f"seal {purpose}")))
        self.key_id = self._derived("key id")[:4].hex()
        self._bound = self.key_id.encode()

    def seal(self, purpose: str, text: str) -> str:
        """Encrypt as `key id.base64url(nonce, ciphertext, tag)`."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher(purpose).encrypt(nonce, text.encode(), self._bound)
        return f"{self.key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, purpose: str, sealed: str) -> str:
        """Decrypt. Raises CannotOpen."""
        key_id, _, body = sealed.partition(".")
        if key_id != self.key_id:
            raise CannotOpen("sealed with another key")
        try:
            raw = base64.urlsafe_b64decode(body)
            nonce, secret = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
            return self._cipher(purpose).decrypt(nonce, secret, self._bound).decode()
        except (InvalidTag, ValueError):
            raise CannotOpen("broken or of another purpose") from None

    def index(self, purpose: str, text: str) -> str:
        """The same text gives the same index; without the key nothing can be tried out."""
        key = self._derived(f"index {purpose}")
        digest = hmac.new(key, text.encode(), hashlib.sha256).digest()[:INDEX_BYTES]
        return f"{self.key_id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    def key(self, use: str) -> bytes:
        """32 bytes for one use: a file of its own."""
        return _derive(self._data_key, f"file {use}")


def _derive(data_key: bytes, use: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"clinic-line {use}".encode()).derive(data_key)
