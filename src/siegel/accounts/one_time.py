"""One-time passwords (RFC 6238: SHA-1, 30 seconds, 6 digits, what every app takes) and recovery codes.

Both depend on a secret kept outside the database (`SIEGEL_PEPPER`): the secret of the passwords is encrypted under a
key derived from it, recovery codes are stored as keyed hashes. A stolen database alone gives neither.
"""

import hmac
import re
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.conf import settings

from siegel.accounts.passwords import keyed_hash
from siegel.seals.derive import hkdf, join

SECRET_BYTES = 20
STEP_S = 30
DIGITS = 6
# Clocks differ, and people type slowly: the password of the step before and of the one after count as well.
TOLERATED_STEPS = 1
NONCE_BYTES = 12
RECOVERY_CODES = 10
# 60 bits: with the bound on guesses far more than enough, and short enough to be typed.
RECOVERY_CHARACTERS = 12
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AS_READ = str.maketrans("OIL", "011")
_PASSWORD = re.compile(rf"[0-9]{{{DIGITS}}}", re.ASCII)


def seal_secret(person_id: str, secret: bytes) -> bytes:
    """nonce ‖ AES-256-GCM of the secret (20 bytes), bound to the person."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key()).encrypt(nonce, secret, _associated(person_id))


def open_secret(person_id: str, sealed: bytes) -> bytes:
    """InvalidTag when the pepper is another one, or the row was altered or moved to another person."""
    return AESGCM(_key()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _associated(person_id))


def normalize(code: str) -> str:
    """What was typed, without blanks and hyphens, as capitals."""
    return re.sub(r"[\s-]+", "", code).upper()


def is_password(code: str) -> bool:
    """Whether a normalized code is a one-time password; else it can only be a recovery code."""
    return _PASSWORD.fullmatch(code) is not None


def matching_step(secret: bytes, code: str, *, now_s: int, after: int) -> int | None:
    """The step of time (30 s since 1970) whose password `code` is: around now, and later than step `after`."""
    steps = HOTP(secret, DIGITS, SHA1(), enforce_key_length=True)  # noqa: S303  (RFC 6238; every app knows only this)
    now = now_s // STEP_S
    found = None
    for step in range(now - TOLERATED_STEPS, now + TOLERATED_STEPS + 1):
        if hmac.compare_digest(steps.generate(step), code.encode()) and step > after:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten new codes, to be shown once: „7KQ2-M0XD-93TB“."""
    texts = ["".join(secrets.choice(_ALPHABET) for _ in range(RECOVERY_CHARACTERS)) for _ in range(RECOVERY_CODES)]
    return ["-".join(text[at : at + 4] for at in range(0, len(text), 4)) for text in texts]


def recovery_hash(person_id: str, code: str) -> bytes:
    """How a recovery code is stored (32 bytes); O reads as 0, I and L as 1."""
    return keyed_hash("siegel-recovery@v1", person_id, normalize(code).translate(_AS_READ))


def _key() -> bytes:
    return hkdf(settings.PEPPER.encode(), "siegel-totp@v1")


def _associated(person_id: str) -> bytes:
    return join("siegel-totp@v1", person_id)
