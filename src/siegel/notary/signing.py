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
from siegel.seals.log_origins import predecessor, successor

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
        return _read(self._path(origin), origin)

    def signed_at(self, origin: str) -> int | None:
        """When the last head of this origin was signed, in seconds; None if there is none."""
        path = self._path(origin)
        return int(path.stat().st_mtime) if path.exists() else None

    def opening(self, origin: str) -> tlog.Note | None:
        """The first head of the origin that follows this one, signed by both keys; None while this one goes on."""
        head = _read(self._ended(origin), successor(origin))
        return None if head is None else self._opened(head.text(), origin)

    def begin(self, text: str, of: str) -> tlog.Note:
        """Ends the log `of` for good; this head, signed by the keys of both, is the first of the origin that follows.

        The same again gives the same. RefusedError if it has ended with another one, RequestError for another origin.
        """
        try:
            checkpoint = tlog.Checkpoint.parse(text)
            self.verifier(of)
        except tlog.FormatError as error:
            raise RequestError(str(error)) from error
        if checkpoint.origin != successor(of):
            raise RequestError(f"not the origin that follows {of}")
        with self._lock:
            ended = _read(self._ended(of), checkpoint.origin)
            if ended is None:
                self._require_begun(of)
                # In this order: cut off between the two, the old log still goes on and the new one is begun again.
                self._keep(checkpoint)
                _write(self._ended(of), json.dumps(text).encode())
            elif ended != checkpoint:
                raise RefusedError("this log has ended with another head", "notary.ended")
        return self._opened(text, of)

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
            self._require_begun(checkpoint.origin)
            if self._ended(checkpoint.origin).exists():
                raise RefusedError("this log has ended", "notary.ended")
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

    def _require_begun(self, origin: str) -> None:
        """An origin that follows another one is signed only once that one has ended."""
        before = predecessor(origin)
        if before is not None and not self._ended(before).exists():
            raise RefusedError("the log before this one has not ended", "notary.not_begun")

    def _opened(self, text: str, of: str) -> tlog.Note:
        return tlog.Note(text, tuple(tlog.sign(text, name, self._key(name)) for name in (of, successor(of))))

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    def _ended(self, origin: str) -> Path:
        return self._path(origin).with_suffix(".ended")

    def _key(self, origin: str) -> Ed25519PrivateKey:
        info = b"".join(len(part).to_bytes(4, "big") + part for part in (_LABEL, origin.encode()))
        return Ed25519PrivateKey.from_private_bytes(HKDF(SHA256(), SEED_SIZE, None, info).derive(self._seed))


def _read(path: Path, origin: str) -> tlog.Checkpoint | None:
    if not path.exists():
        return None
    try:
        checkpoint = tlog.Checkpoint.parse(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, AttributeError, tlog.TlogError) as error:
        raise SetUpError(f"{path} is damaged: restore it, or what it knows is lost") from error
    if checkpoint.origin != origin:
        raise SetUpError(f"{path} is another log's")
    return checkpoint


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
