"""Ed25519 signatures that show who wrote a record. They are in a header, so that the value keeps its bytes.

A signature covers the type of the record, a line feed, and its value, so it is not valid for another type. In a chain
it covers the link, a line feed, and the value. Keys are PEM files from `openssl genpkey -algorithm ed25519`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from tidewaiter.errors import SettingsError
from tidewaiter.runtime.private_file import read_private
from tidewaiter.settings import Settings

HEADER: Final = "signature"
_ALGORITHM: Final = b"ed25519"
_ID_LENGTH: Final = 16
_BEGIN: Final = b"-----BEGIN PUBLIC KEY-----"
_PUBLIC: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----[^-]*+-----END PUBLIC KEY-----")


class SigningKey:
    """A private key. The same key, type and value always give the same signature."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def create(cls) -> Self:
        """A new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the key in the PEM file at `path`. SettingsError when there is none, or other users can read it."""
        try:
            key = load_pem_private_key(read_private(path), password=None)
        except (ValueError, TypeError) as error:
            raise SettingsError(f"{path}: is not a private key in PEM without a password") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise SettingsError(f"{path}: is not an Ed25519 key; make one with: tidewaiter keys create FILE")
        return cls(key)

    def write(self, path: Path) -> None:
        """Write the key to a new file that only its owner can read. SettingsError when the file exists."""
        content = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except FileExistsError:
            raise SettingsError(f"{path}: exists already, and a key is never overwritten; name another file") from None
        except OSError as error:
            raise SettingsError(f"{path}: cannot be written: {error.strerror}") from error
        try:
            with file:
                file.write(content)
        except OSError as error:
            path.unlink(missing_ok=True)  # an incomplete key file would block writing a complete one
            raise SettingsError(f"{path}: cannot be written: {error.strerror}") from error

    @cached_property
    def public(self) -> PublicKey:
        """Return the public key, which is not secret."""
        return PublicKey(self._key.public_key())

    def header(self, kind: str, value: bytes, name: str = HEADER) -> tuple[str, bytes]:
        """Return the header with this key's signature of `value` as a record of the type `kind`."""
        signature = base64.b64encode(self._key.sign(_signed(kind, value)))
        return name, b" ".join((_ALGORITHM, self.public.id.encode(), signature))


class PublicKey:
    """A public key. `id` is the beginning of the sha-256 of its DER form, in hex."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(der).hexdigest()[:_ID_LENGTH]

    @property
    def pem(self) -> str:
        """Return the key as PEM, to be added to the file of trusted keys."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def made(self, signature: bytes, kind: str, value: bytes) -> bool:
        """Return whether the private key of this one made `signature`."""
        try:
            self._key.verify(signature, _signed(kind, value))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class TrustedKeys:
    """The public keys whose signatures are accepted, by id."""

    keys: dict[str, PublicKey]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return all public keys in the PEM file at `path`. SettingsError when one cannot be used."""
        found = {}
        content = _bytes(path)
        blocks = _PUBLIC.findall(content)
        if len(blocks) != content.count(_BEGIN):
            raise SettingsError(f"{path}: is cut off: {content.count(_BEGIN)} keys begin but {len(blocks)} end")
        for number, block in enumerate(blocks, start=1):
            try:
                key = load_pem_public_key(block)
            except ValueError as error:
                raise SettingsError(f"{path}: key {number} cannot be read") from error
            if not isinstance(key, Ed25519PublicKey):
                raise SettingsError(f"{path}: key {number} is not an Ed25519 key")
            public = PublicKey(key)
            found[public.id] = public
        if not found:
            raise SettingsError(f"{path}: has no public key in PEM; `tidewaiter keys show KEY` prints one")
        return cls(found)

    def signer(
        self, kind: str, value: bytes, headers: Iterable[tuple[str, bytes | None]], name: str = HEADER
    ) -> str | None:
        """Return the id of the trusted key that signed `value` as a record of the type `kind`; None when none did."""
        for each, content in headers:
            if each != name or content is None:
                continue
            algorithm, _, rest = content.partition(b" ")
            identity, _, signature = rest.partition(b" ")
            key = self.keys.get(identity.decode("ascii", "replace"))
            if algorithm != _ALGORITHM or key is None:
                continue
            if (made := _decoded(signature)) is not None and key.made(made, kind, value):
                return key.id
        return None


def trusted_keys(settings: Settings) -> TrustedKeys | None:
    """Return the keys one of which must sign a rule book; None when signatures are not required. SettingsError."""
    return None if settings.trusted_keys_file is None else TrustedKeys.read(settings.trusted_keys_file)


def disposition_keys(settings: Settings) -> TrustedKeys | None:
    """Return the keys one of which must sign a disposition; None when signatures are not required. SettingsError."""
    return None if settings.disposition_keys_file is None else TrustedKeys.read(settings.disposition_keys_file)


def signing_key(settings: Settings) -> SigningKey | None:
    """Return the key that signs what this process writes; None without one. SettingsError."""
    return None if settings.signing_key_file is None else SigningKey.read(settings.signing_key_file)


def _signed(kind: str, value: bytes) -> bytes:
    return kind.encode() + b"\n" + value


def _decoded(text: bytes) -> bytes | None:
    """Return the bytes of the base64 `text`; None unless it is the canonical one of the 16 possible spellings."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if base64.b64encode(content) == text else None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
