"""What the command line remembers under `$SIEGEL_HOME`: the session, pinned roots, and the last head of each vault.

    session.json   server, cookies, who is signed in, where the key file lies (never the key)
    pins.json      the root fingerprint of each firm, by server and firm: never changed silently
    heads.json     the last head seen of each vault and team: a server that shows less has rolled back
    self.json      the number and hash of the last self-record seen, by key: what the person's devices tell each other
    revoked.json   the keys that were seen revoked, by the firm's root: no server may show them as good again
    roots.json     the firm's root that was seen last, by the one that was pinned
    work/          sealed payloads while they are uploaded

Files are replaced as a whole and readable by their owner alone.
"""

import json
import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import platformdirs

from siegel.agent.errors import AgentError
from siegel.seals.errors import IntegrityError
from siegel.seals.replay import Head
from siegel.seals.self_record import Seen


@dataclass(frozen=True, slots=True)
class SavedSession:
    """Who is signed in where; `cookies` prove it to the server for as long as it allows."""

    server: str
    firm: str
    slug: str
    person: str
    username: str
    name: str
    role: str
    root: str
    key_file: str
    cookies: dict[str, str]


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """A self-record that the server has: its number and hash, and the hash of what it says was seen."""

    number: int
    hash: str
    seen: str


class Home:
    """The folder of state, made on first use."""

    def __init__(self, folder: Path | None = None) -> None:
        chosen = os.environ.get("SIEGEL_HOME")
        self.folder = folder or (Path(chosen) if chosen else platformdirs.user_data_path("siegel"))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    @property
    def work(self) -> Path:
        """For sealed payloads on their way."""
        work = self.folder / "work"
        work.mkdir(mode=0o700, exist_ok=True)
        return work

    def session(self) -> SavedSession:
        """AgentError `not_signed_in`."""
        found = self._read("session.json")
        try:
            return SavedSession(**found)
        except TypeError as error:
            raise AgentError("not_signed_in") from error

    def save_session(self, session: SavedSession) -> None:
        self._write("session.json", asdict(session))

    def drop_session(self) -> None:
        """Who was signed in is forgotten; what was seen is not."""
        (self.folder / "session.json").unlink(missing_ok=True)

    def pin(self, server: str, firm: str, root: str, line: Collection[str] = ()) -> None:
        """Pins a firm's root; IntegrityError `root_changed` when one was pinned before that is not in `line` with it.

        `line`: roots of which each was verified to have replaced the one before.
        """
        pins = self._read("pins.json")
        name = f"{server} {firm}"
        known = pins.get(name, root)
        if known != root and not {known, root} <= set(line):
            raise IntegrityError("root_changed", "the firm's root is not the one known from earlier")
        self._write("pins.json", pins | {name: root})

    def head(self, vault: str) -> Head | None:
        """The last head seen of a vault."""
        found = self._read("heads.json").get(vault)
        return Head(found["seq"], found["hash"]) if found else None

    def save_head(self, vault: str, head: Head, firm: str) -> None:
        """Remembers a verified head of a chain of this firm; never an earlier one than before."""
        self._save_heads({vault: head}, firm)

    def _save_heads(self, heads: Mapping[str, Head], firm: str) -> None:
        known = self._read("heads.json")
        newer = {
            vault: {"seq": head.seq, "hash": head.hash, "firm": firm}
            for vault, head in heads.items()
            if vault not in known or known[vault]["seq"] < head.seq
        }
        if newer:
            self._write("heads.json", known | newer)

    def seen(self, firm: str, root: str) -> Seen:
        """All that is remembered of a firm."""
        heads = self._read("heads.json").items()
        ours = {vault: Head(one["seq"], one["hash"]) for vault, one in heads if one.get("firm") == firm}
        return Seen(ours, self.revoked(root))

    def save_seen(self, firm: str, root: str, seen: Seen) -> None:
        """Remembers this besides what was remembered before."""
        self._save_heads(seen.heads, firm)
        self.save_revoked(root, dict(seen.revoked))

    def self_record(self, kid: str) -> SharedRecord | None:
        """The last self-record of this key that was seen."""
        found = self._read("self.json").get(kid)
        return SharedRecord(**found) if found else None

    def save_self_record(self, kid: str, record: SharedRecord) -> None:
        self._write("self.json", self._read("self.json") | {kid: asdict(record)})

    def revoked(self, root: str) -> dict[str, int]:
        """Key ids that were seen revoked, with the log index of that."""
        return dict(self._read("revoked.json").get(root, {}))

    def save_revoked(self, root: str, revoked: dict[str, int]) -> None:
        """Remembers these besides what was remembered before."""
        known = self.revoked(root)
        if revoked.keys() - known.keys():
            self._write("revoked.json", self._read("revoked.json") | {root: known | revoked})

    def root_seen(self, pinned: str) -> str:
        """The last root of the firm that was seen by whoever has pinned this one."""
        return str(self._read("roots.json").get(pinned, pinned))

    def save_root_seen(self, pinned: str, root: str) -> None:
        self._write("roots.json", self._read("roots.json") | {pinned: root})

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        if not path.exists():
            return {}
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise AgentError("state_damaged", path=path) from error
        if not isinstance(value, dict):
            raise AgentError("state_damaged", path=path)
        return value

    def _write(self, name: str, value: dict[str, Any]) -> None:
        # mkstemp makes the file readable by its owner alone.
        fd, draft = tempfile.mkstemp(prefix=f".{name}-", dir=self.folder)
        try:
            with os.fdopen(fd, "w", encoding="utf-8") as file:
                json.dump(value, file, indent=1, sort_keys=True)
            Path(draft).replace(self.folder / name)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
