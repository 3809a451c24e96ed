"""What the server keeps of a password: a proof of it, and the seed wrapped under it."""

import secrets
from dataclasses import dataclass

from siegel.agent.client import Wire
from siegel.seals.canonical import b64
from siegel.seals.keyfile import KeyFile
from siegel.seals.unlock import S_SIZE, Unlocked, check_new_password, password_keys, seal_unlock


@dataclass(frozen=True, slots=True)
class Credential:
    """The fields `credential` and `unlock` of set-up and redemption."""

    s: bytes
    authentication_key: bytes
    unlock: bytes

    def wire(self) -> Wire:
        credential = {"s": b64(self.s), "auth_key": b64(self.authentication_key)}
        return {"credential": credential, "unlock": b64(self.unlock)}


def new_credential(password: str, key_file: KeyFile) -> Credential:
    """RefusedError `password_short`."""
    check_new_password(password)
    s = secrets.token_bytes(S_SIZE)
    keys = password_keys(password, key_file.firm, key_file.username, s)
    unlocked = Unlocked(key_file.seed, key_file.person, key_file.generation, key_file.root)
    return Credential(s, keys.authentication.reveal(), seal_unlock(keys.wrapping, unlocked, key_file.firm))
