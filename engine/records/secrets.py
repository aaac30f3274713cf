"""Encryption of personal values and the keyed index that finds them again.

A cipher text is `algorithm byte | key id length | key id | 12-byte nonce | body and tag`, so keys can be rotated and the
algorithm changed without touching old rows. The index is an HMAC: equal numbers find each other, nothing can be read back.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import StateUnreadable

AES_256_GCM = 1
NONCE_LENGTH = 12
# Chinese JSON longer than this shrinks by half; what begins like a zlib stream is never JSON.
WORTH_DEFLATING = 160
_DEFLATED = 0x78


@dataclass(frozen=True)
class Sealer:
    """Encrypts with the current key, decrypts with any known key, and makes blind indexes (AES-256-GCM, HMAC-SHA-256)."""

    keys: Mapping[str, bytes]
    current: str
    index_key: bytes

    def encrypt(self, text: str) -> bytes:
        """Cipher text of a personal value."""
        return self._seal(text.encode())

    def decrypt(self, cipher: bytes) -> str:
        """The personal value again. Raises StateUnreadable when the key is gone or the bytes were altered."""
        return self._open(cipher).decode()

    def _seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_LENGTH)
        key_id = self.current.encode()
        head = bytes((AES_256_GCM, len(key_id))) + key_id
        return head + nonce + AESGCM(self.keys[self.current]).encrypt(nonce, plain, head)

    def _open(self, cipher: bytes) -> bytes:
        length = 2 + cipher[1]
        head, nonce, body = cipher[:length], cipher[length : length + NONCE_LENGTH], cipher[length + NONCE_LENGTH :]
        key = self.keys.get(head[2:].decode())
        if head[0] != AES_256_GCM or key is None:
            raise StateUnreadable("个人信息的加密密钥不存在，请恢复密钥后再试。")
        try:
            return AESGCM(key).decrypt(nonce, body, head)
        except InvalidTag as error:
            raise StateUnreadable("个人信息密文已被改动，无法读取。") from error

    def encrypt_json(self, value: Any) -> bytes:
        """Cipher text of a JSON value (dates and decimals as text), deflated where it pays."""
        plain = orjson.dumps(value, default=str)
        return self._seal(zlib.compress(plain) if len(plain) > WORTH_DEFLATING else plain)

    def decrypt_json(self, cipher: bytes) -> Any:
        plain = self._open(cipher)
        return orjson.loads(zlib.decompress(plain) if plain[0] == _DEFLATED else plain)

    def blind_index(self, text: str) -> bytes:
        """16 bytes that are equal for equal numbers; letters upper-cased, blanks removed."""
        normal = "".join(text.split()).upper()
        return hmac.digest(self.index_key, b"index:" + normal.encode(), hashlib.sha256)[:16]

    def digest(self, text: str) -> str:
        """Keyed digest for event payloads: proves a text later without revealing it."""
        return hmac.digest(self.index_key, b"digest:" + text.encode(), hashlib.sha256)[:12].hex()
