"""What lets a person unlock his seed and sign in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siegel.accounts import actions as accounts
from siegel.accounts.passwords import hash_auth_key
from siegel.keys.errors import KeysError
from siegel.keys.models import SelfRecord, UnlockWrap

if TYPE_CHECKING:
    from siegel.accounts.models import Person

# nonce, seed, person, generation, root, their lengths, tag
UNLOCK_WRAP_MAX_BYTES = 256


@dataclass(frozen=True)
class PersonKeys:
    """What the browser made of a password: `s`, the hash of the authentication key, the wrapped seed."""

    s: bytes
    auth_hash: str
    unlock: bytes

    @classmethod
    def of(cls, *, s: bytes, auth_key: bytes, unlock: bytes) -> "PersonKeys":
        """Slow (Argon2id): outside of transactions. KeysError `document_refused` when the wrap cannot be one."""
        check_unlock_wrap(unlock)
        return cls(s, hash_auth_key(auth_key), unlock)

    def __repr__(self) -> str:
        return "<secret>"


def check_unlock_wrap(unlock: bytes) -> None:
    """KeysError `document_refused` when it cannot be one."""
    if not 0 < len(unlock) <= UNLOCK_WRAP_MAX_BYTES:
        raise KeysError("document_refused", reason="unlock_size")


def keep_unlocking(*, person: "Person", keys: PersonKeys, generation: int = 1) -> None:
    """Part of an action: the person is active and can sign in and unlock with the password these keys come from."""
    # sealed to keys that are over
    SelfRecord.objects.filter(person=person).exclude(generation=generation).delete()
    accounts.set_credential(person=person, s=keys.s, auth_hash=keys.auth_hash)
    UnlockWrap.objects.update_or_create(
        person=person, method="password", defaults={"generation": generation, "blob": keys.unlock}
    )
