"""This machine as a witness of logs: a key of its own, and the last head it saw of each (C2SP tlog-witness).

witness.key    32 bytes, made at the first use, never sent anywhere
logs.json      by origin: the log's verifier key, pinned at the first use, the last signed head, and whose log it is;
               `next`: the origin with which it went on after a restore
"""

import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.agent.errors import AgentError
from siegel.lib import tlog
from siegel.seals.errors import IntegrityError

SEED_SIZE = 32


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a log: its key, and the newest head that verified; None before the first."""

    key: tlog.VerifierKey
    note: tlog.Note | None

    @property
    def head(self) -> tlog.Checkpoint | None:
        return tlog.Checkpoint.parse(self.note.text) if self.note else None


class Witness:
    """Cosigns a head only after the log has grown to it from the one held, and the new one is on the disk."""

    def __init__(self, folder: Path) -> None:
        """AgentError `state_damaged`."""
        self._lock_file = folder / "logs.lock"
        self._logs_file = folder / "logs.json"
        self._key = _load_key(folder / "witness.key")
        public = self._key.public_key().public_bytes_raw()
        # Names of keys are public; this one tells witnesses apart and nothing of the machine.
        self.verifier = tlog.VerifierKey(f"siegel-witness-{public.hex()[:8]}", tlog.COSIGNATURE, public)

    def held(self, origin: str) -> Held | None:
        found = self._logs().get(origin)
        if found is None:
            return None
        try:
            note = tlog.Note.parse(found["note"].encode()) if found["note"] else None
            return Held(tlog.VerifierKey.parse(found["key"]), note)
        except (tlog.TlogError, KeyError) as error:
            raise AgentError("state_damaged", path=self._logs_file) from error

    def held_of(self, firm: str) -> Held | None:
        """What is held of a firm's log, whatever origin the server calls it by now."""
        logs = self._logs()
        for origin, log in logs.items():
            # Before logs were kept with their firm, the origin alone said whose they are.
            is_its = log["firm"] == firm if "firm" in log else origin.endswith(f"/log/{firm}")
            if is_its and "next" not in log:
                return self.held(origin)
        return None

    def pin(self, key: tlog.VerifierKey, firm: str) -> Held:
        """Believes this key of a firm's log from now on. IntegrityError `log_key_changed` if another one was pinned."""
        with self._alone():
            known = self.held_of(firm) or self.held(key.name)
            if known is None:
                self._keep(key, None, firm=firm)
                return Held(key, None)
        if known.key != key:
            raise IntegrityError("log_key_changed", "another key signs the log than the one pinned")
        return known

    def renew(self, key: tlog.VerifierKey, firm: str) -> Held:
        """Believes another key of the same log from now on, as its owner certified it; the newest head stays held."""
        with self._alone():
            held = self.held(key.name)
            self._keep(key, held.note if held else None, firm=firm)
        return Held(key, held.note if held else None)

    def go_on(self, old: tlog.VerifierKey, new: tlog.VerifierKey, note: tlog.Note, firm: str) -> Held:
        """The log of the old key has gone on under another origin, as was verified; its newest head is held."""
        with self._alone():
            self._keep(old, held.note if (held := self.held(old.name)) else None, firm=firm, next=new.name)
            self._keep(new, note, firm=firm)
        return Held(new, note)

    def add_checkpoint(self, body: bytes) -> str:
        """The cosignature line for a request `add-checkpoint`. WitnessError with the status of the refusal."""
        request = tlog.AddCheckpoint.parse(body)
        with self._alone():
            # A log that has begun anew does not go on under its old origin, too: those would be two histories.
            has_ended = "next" in self._logs().get(request.origin, {})
            held = None if has_ended else self.held(request.origin)
            fresh = tlog.examine(request, held.key if held else None, held.head if held else None)
            if held is not None and held.head != fresh:
                self._keep(held.key, request.note)
        return self._cosigned(fresh.text()).line()

    def attested(self, note: tlog.Note) -> tlog.Note:
        """The head it holds, with its cosignature as of now."""
        return tlog.Note(note.text, (*note.signatures, self._cosigned(note.text)))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other thread or process of this machine compares and keeps meanwhile: else a later one would roll back."""
        with self._lock_file.open("ab") as file:
            _lock(file.fileno())
            yield

    def _cosigned(self, text: str) -> tlog.Signature:
        return tlog.cosign(text, self.verifier.name, self._key, int(time.time()))

    def _logs(self) -> dict[str, dict[str, str]]:
        if not self._logs_file.exists():
            return {}
        try:
            logs: dict[str, dict[str, str]] = json.loads(self._logs_file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise AgentError("state_damaged", path=self._logs_file) from error
        return logs

    def _keep(self, key: tlog.VerifierKey, note: tlog.Note | None, **more: str) -> None:
        logs = self._logs()
        entry = {"key": key.encode(), "note": note.encode().decode() if note else ""}
        logs[key.name] = {**logs.get(key.name, {}), **entry, **more}
        _write(self._logs_file, json.dumps(logs, indent=1).encode())


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        """Until the file is closed."""
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _load_key(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        _write(path, secrets.token_bytes(SEED_SIZE))
    seed = path.read_bytes()
    if len(seed) != SEED_SIZE:
        raise AgentError("state_damaged", path=path)
    return Ed25519PrivateKey.from_private_bytes(seed)


def _write(path: Path, content: bytes) -> None:
    """On the disk, and readable by its owner alone, when this returns."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
