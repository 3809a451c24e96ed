"""The server's part of a password (docs/formats.md 6). The password itself never comes here, only the
authentication key that the browser derived from it with Argon2id at 64 MiB.

Stored is Argon2id(HMAC-SHA256(pepper, authentication key)). The pepper is kept outside the database: whoever steals
the database alone cannot test guesses. The parameters are moderate because the guess already cost 64 MiB.
"""

import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type
from django.conf import settings

from siegel.seals.derive import join

KEY_BYTES = 32
CLIENT_PARAMETERS = {"m_kib": 64 * 1024, "t": 3, "p": 1}

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
# Verified for names that do not exist, so that they take as long as names that do. Nobody knows its key.
_NOBODY = _HASHER.hash(secrets.token_bytes(KEY_BYTES))


def hash_auth_key(auth_key: bytes) -> str:
    """What to store for `auth_key` (32 bytes). Slow on purpose: call it before a transaction, not inside."""
    return _HASHER.hash(_peppered(auth_key))


def auth_key_fits(stored: str | None, auth_key: bytes) -> bool:
    """Whether `auth_key` belongs to the stored hash; for None it is False after the same work."""
    try:
        return _HASHER.verify(stored or _NOBODY, _peppered(auth_key)) and stored is not None
    except VerifyMismatchError:
        return False


def salt_of_nobody(firm_id: str, username: str) -> bytes:
    """The `s` of a name that does not exist: always the same for the name, like a real one (32 bytes)."""
    return _keyed(join("siegel-unknown@v1", firm_id, username))


def keyed_hash(purpose: str, *fields: str) -> bytes:
    """A pseudonym that only this server can make (32 bytes)."""
    return _keyed(join(purpose, *fields))


def _peppered(auth_key: bytes) -> bytes:
    return _keyed(auth_key)


def _keyed(message: bytes) -> bytes:
    return hmac.digest(settings.PEPPER.encode(), message, "sha256")
