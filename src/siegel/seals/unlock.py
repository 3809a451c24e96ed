"""From a password to the seed: Argon2id, the two keys that follow, and the wrap the server keeps (sections 5 and 6)."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import KEY_SIZE, Secret, Seed, hkdf, join, split
from siegel.seals.errors import IntegrityError, RefusedError, UnlockError

MIN_PASSWORD_CHARACTERS = 12
ARGON2_PARAMS = {"m_kib": 65536, "t": 3, "p": 1}
METHOD_PASSWORD = "password"  # noqa: S105  (the name of a method)
# What every passkey's pseudo-random function is evaluated at: a constant, so that nobody has to remember it.
PRF_INPUT = b"siegel-prf@v1"
PRF_SIZE = 32
S_SIZE = 32
NONCE_SIZE = 12


@dataclass(frozen=True, slots=True)
class PasswordKeys:
    """What a password becomes: one key proves it to the server, the other never leaves and opens the wrap."""

    authentication: Secret
    wrapping: Secret


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What an unlock wrap holds; `root` is the fingerprint of the firm's root, pinned from here on."""

    seed: Seed
    person: str
    generation: int
    root: str


def normalize(password: str) -> bytes:
    """The bytes that count: NFKC, UTF-8."""
    return unicodedata.normalize("NFKC", password).encode()


def check_new_password(password: str) -> None:
    """RefusedError `password_short` below 12 characters; its strength is judged where it is typed."""
    if len(unicodedata.normalize("NFKC", password)) < MIN_PASSWORD_CHARACTERS:
        raise RefusedError("password_short", f"a password has at least {MIN_PASSWORD_CHARACTERS} characters")


def password_keys(password: str, firm: str, username: str, s: bytes) -> PasswordKeys:
    """The keys of a password; takes 64 MiB and some tenths of a second.

    `username` without the firm's prefix, `s` the credential's 32 random bytes.
    """
    if len(s) != S_SIZE:
        raise IntegrityError("not_base64", f"s has {S_SIZE} bytes")
    salt = hashlib.sha256(join("siegel-pw@v1", firm, username, s)).digest()
    k = hash_secret_raw(
        normalize(password),
        salt,
        time_cost=ARGON2_PARAMS["t"],
        memory_cost=ARGON2_PARAMS["m_kib"],
        parallelism=ARGON2_PARAMS["p"],
        hash_len=KEY_SIZE,
        type=Type.ID,
    )
    return PasswordKeys(Secret(hkdf(k, "siegel-auth@v1")), Secret(hkdf(k, "siegel-wrap@v1")))


def passkey_method(credential_id: bytes) -> str:
    """The unlocking method of one passkey: its wrap opens as no other's."""
    return f"passkey:{b64(hashlib.sha256(credential_id).digest())}"


def passkey_wrapping_key(prf: bytes) -> Secret:
    """The wrapping key of what a passkey's function gave for `PRF_INPUT` (32 bytes)."""
    if len(prf) != PRF_SIZE:
        raise IntegrityError("not_base64", f"the function of a passkey gives {PRF_SIZE} bytes")
    return Secret(hkdf(prf, "siegel-passkey-wrap@v1"))


def seal_unlock(
    wrapping: Secret, unlocked: Unlocked, firm: str, *, method: str = METHOD_PASSWORD, nonce: bytes | None = None
) -> bytes:
    """The unlock wrap; `nonce` is for test vectors only."""
    nonce = secrets.token_bytes(NONCE_SIZE) if nonce is None else nonce
    plaintext = join(unlocked.seed.reveal(), unlocked.person, str(unlocked.generation), unb64(unlocked.root, KEY_SIZE))
    return nonce + AESGCM(wrapping.reveal()).encrypt(nonce, plaintext, _associated(firm, unlocked.person, method))


def open_unlock(wrapping: Secret, sealed: bytes, *, firm: str, person: str, method: str = METHOD_PASSWORD) -> Unlocked:
    """What the wrap holds; UnlockError `wrong_password` when it does not open for this firm, person and method.

    Whether a wrong password or an altered wrap is to blame cannot be told apart; IntegrityError `unlock_invalid` when
    it opens but says something else than it should.
    """
    try:
        plaintext = AESGCM(wrapping.reveal()).decrypt(
            sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], _associated(firm, person, method)
        )
    except (InvalidTag, ValueError) as error:
        raise UnlockError("wrong_password", "the wrap does not open with this password") from error
    try:
        seed, inner_person, generation, root = split(plaintext, 4)
        unlocked = Unlocked(Seed(seed), inner_person.decode(), int(generation), b64(root))
    except ValueError as error:
        raise IntegrityError("unlock_invalid", "the wrap opens to something of another form") from error
    again = join(seed, unlocked.person, str(unlocked.generation), root)
    if again != plaintext or unlocked.person != person or len(root) != KEY_SIZE or unlocked.generation < 1:
        raise IntegrityError("unlock_invalid", "the wrap opens to something of another form")
    return unlocked


def _associated(firm: str, person: str, method: str) -> bytes:
    return join("siegel-unlock@v1", firm, person, method)
