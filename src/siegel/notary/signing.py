"""The key and what it last signed."""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from siegel.lib import tlog
from siegel.notary.errors import RefusedError, RequestError, SetUpError

SEED_SIZE = 32
_LABEL = b"siegel-log@v1"


class Notary:
    """Signs for any origin, each with a key of its own derived from the one seed; remembers each one's last head."""

    def __init__(self, key_file: Path, folder: Path) -> None:
        """SetUpError if the key is missing though it has signed before, or is no key."""
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._seed = _load_seed(key_file, has_signed=any(folder.iterdir()))
        self._lock = Lock()

    def verifier(self, origin: str) -> tlog.VerifierKey:
        """The public key under which heads of this origin are signed. KeyFormatError."""
        return tlog.VerifierKey(origin, tlog.ED25519, self._key(origin).public_key().public_bytes_raw())

    def last(self, origin: str) -> tlog.Checkpoint | None:
        """The last head signed for this origin. SetUpError when its file is damaged."""
        path = self._path(origin)
        if not path.exists():
            return None
        try:
            checkpoint = tlog.Checkpoint.parse(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, AttributeError, tlog.TlogError) as error:
            raise SetUpError(f"{path} is damaged: restore it, or what it knows is lost") from error
        if checkpoint.origin != origin:
            raise SetUpError(f"{path} is another log's")
        return checkpoint

    def sign(self, text: str, proof: Sequence[bytes]) -> tlog.Signature:
        """The signature on a head, kept before it is given. `proof`: of consistency with the last one signed.

        RefusedError unless the log has grown on from there, or not grown; RequestError if the text is no checkpoint.
        """
        try:
            checkpoint = tlog.Checkpoint.parse(text)
            self.verifier(checkpoint.origin)
        except tlog.FormatError as error:
            raise RequestError(str(error)) from error
        with self._lock:
            last = self.last(checkpoint.origin)
            if last is not None:
                try:
                    tlog.verify_growth(last, checkpoint, proof)
                except tlog.ProofError as error:
                    raise RefusedError(str(error), error.code) from error
            if last != checkpoint:
                self._keep(checkpoint)
        return tlog.sign(text, checkpoint.origin, self._key(checkpoint.origin))

    def _keep(self, checkpoint: tlog.Checkpoint) -> None:
        """On the disk when this returns, also if the machine loses power then."""
        path = self._path(checkpoint.origin)
        _write(path, json.dumps(checkpoint.text()).encode())

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def _key(self, origin: str) -> Ed25519PrivateKey:
        info = b"".join(len(part).to_bytes(4, "big") + part for part in (_LABEL, origin.encode()))
        return Ed25519PrivateKey.from_private_bytes(HKDF(SHA256(), SEED_SIZE, None, info).derive(self._seed))


def _load_seed(path: Path, *, has_signed: bool) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        if has_signed:
            raise SetUpError(f"the log key {path} is missing: restore it; a new one would break with what was signed")
        _write(path, secrets.token_bytes(SEED_SIZE))
    seed = path.read_bytes()
    if len(seed) != SEED_SIZE:
        raise SetUpError(f"{path} is not a log key of {SEED_SIZE} bytes")
    return seed


def _write(path: Path, content: bytes) -> None:
    """Replaces the file as a whole and makes it last."""
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
