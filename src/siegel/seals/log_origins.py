"""When a log begins anew: how one origin follows another, and what whoever held the older one can still tell.

After a backup was put back the log is not the one that was signed last. It ends where it is, and a new origin begins:
its tree is the old one's up to there, its first own entry (`BEGUN_KIND`) cites the newest head that is still in it and
the newest that was ever signed, and its first head, the *opening*, is signed by the keys of both origins. So nobody has
to believe a new key unseen, and nothing that is gone can be kept quiet before those who hold a head of it.

The bytes stand in docs/formats.md 4; `web/src/tlog/origins.ts` is the same in the browser.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from siegel.lib import tlog
from siegel.seals.canonical import b64, unb64
from siegel.seals.errors import IntegrityError

BEGUN_KIND = "base.log_begun_anew"
_NUMBERED = re.compile(r"(.+)/([2-9]|[1-9][0-9]{1,5})", re.ASCII)


def successor(origin: str) -> str:
    """The origin that follows: `a/log/x`, `a/log/x/2`, `a/log/x/3`, …"""
    numbered = _NUMBERED.fullmatch(origin)
    return f"{numbered[1]}/{int(numbered[2]) + 1}" if numbered else f"{origin}/2"


def predecessor(origin: str) -> str | None:
    """The origin before; None for a first one."""
    numbered = _NUMBERED.fullmatch(origin)
    if numbered is None:
        return None
    return numbered[1] if numbered[2] == "2" else f"{numbered[1]}/{int(numbered[2]) - 1}"


@dataclass(frozen=True, slots=True)
class Ended:
    """The newest head ever signed of an origin that ended, as far as the operator knew. `first`: the first entry that
    was its own and no older origin's; `at`: when it was signed, in seconds, None if unknown.
    """

    head: tlog.Checkpoint
    first: int
    at: int | None

    def about(self) -> dict[str, Any]:
        head = self.head
        return {"at": self.at, "first": self.first, "log": head.origin, "root": b64(head.root), "size": head.size}


@dataclass(frozen=True, slots=True)
class Statement:
    """What the first entry of a new origin says. `kept`: the newest signed head that is still in it (size 0: none is
    proven to be); `ended`: the origins that ended, the oldest first; more than one if a restore took a beginning too.
    """

    origin: str
    begun_at: int
    kept: tlog.Checkpoint
    kept_at: int | None
    ended: tuple[Ended, ...]
    reason: str

    @property
    def lost(self) -> int:
        """How many entries are gone, at most."""
        return sum(max(one.head.size - max(self.kept.size, one.first), 0) for one in self.ended)

    @property
    def last_at(self) -> int | None:
        return max((one.at for one in self.ended if one.at is not None), default=None)

    def about(self) -> dict[str, Any]:
        """As it stands in the entry, but for the notes that prove it."""
        return {
            "ended": [one.about() for one in self.ended],
            "kept": {"at": self.kept_at, "root": b64(self.kept.root), "size": self.kept.size},
            "origin": self.origin,
            "reason": self.reason,
        }

    @classmethod
    def parse(cls, leaf: bytes) -> "Statement":
        """CheckpointError if the leaf is no such entry."""
        try:
            content: dict[str, Any] = json.loads(leaf)
            about, before = content["about"], predecessor(content["about"]["origin"])
            if content["kind"] != BEGUN_KIND or before is None or not about["ended"]:
                raise ValueError("another kind, or an origin that follows none")
            kept = tlog.Checkpoint(before, int(about["kept"]["size"]), unb64(about["kept"]["root"]))
            ended = tuple(
                Ended(tlog.Checkpoint(one["log"], int(one["size"]), unb64(one["root"])), int(one["first"]), one["at"])
                for one in about["ended"]
            )
            at = about["kept"]["at"]
            return cls(about["origin"], int(content["at"]), kept, at, ended, str(about["reason"]))
        except (KeyError, TypeError, ValueError, IntegrityError) as error:
            raise tlog.CheckpointError(f"not the first entry of a new origin: {error}") from error


@dataclass(frozen=True, slots=True)
class Beginning:
    """A new origin as it is shown: its key, the key `before`, and its opening signed by both.

    With it come, unless a later restore took them, its first entry (`leaf`) and the proofs that this stands in the
    newest head (`included`) and that that has grown from the opening (`grown`).
    """

    key: tlog.VerifierKey
    before: tlog.VerifierKey
    opening: tlog.Note
    leaf: bytes | None
    included: tuple[bytes, ...] = ()
    grown: tuple[bytes, ...] = ()

    @property
    def head(self) -> tlog.Checkpoint:
        return tlog.Checkpoint.parse(self.opening.text)

    @classmethod
    def from_wire(cls, shown: Any) -> "Beginning":
        """TlogError or IntegrityError."""
        try:
            leaf = None if shown["leaf"] is None else unb64(shown["leaf"])
            proofs = [tuple(unb64(one) for one in shown[name]) for name in ("included", "grown")]
            key, before = (tlog.VerifierKey.parse(shown[name]) for name in ("key", "before"))
            opening = tlog.Note.parse(shown["checkpoint"].encode())
        except (KeyError, TypeError, AttributeError) as error:
            raise tlog.CheckpointError("not the beginning of a log") from error
        return cls(key, before, opening, leaf, *proofs)

    def wire(self) -> dict[str, Any]:
        return {
            "key": self.key.encode(),
            "before": self.before.encode(),
            "checkpoint": self.opening.encode().decode(),
            "leaf": None if self.leaf is None else b64(self.leaf),
            "included": [b64(one) for one in self.included],
            "grown": [b64(one) for one in self.grown],
        }

    def statement(self, newest: tlog.Checkpoint) -> Statement | None:
        """What its first entry says, proven to stand in the newest head; None if it is gone. TlogError."""
        if self.leaf is None:
            return None
        head, said = self.head, Statement.parse(self.leaf)
        if said.origin != head.origin or head.size < 1:
            raise tlog.OriginError("the first entry is of another origin")
        tlog.verify_inclusion(tlog.entry_hash(self.leaf), head.size - 1, newest.size, self.included, newest.root)
        tlog.verify_growth(tlog.Checkpoint(newest.origin, head.size, head.root), newest, self.grown)
        return said


@dataclass(frozen=True, slots=True)
class Loss:
    """What the holder of a head of `known` entries knows to be gone: all behind `kept`. `is_hidden`: the new origin
    does not own up to it, for it cites a smaller head, or another of the same size.
    """

    known: int
    kept: int
    is_hidden: bool

    @property
    def lost(self) -> int:
        return self.known - self.kept


def passed(key: tlog.VerifierKey, begun: Iterable[Beginning]) -> list[Beginning]:
    """Those that follow the origin of this key, which is the one believed: each opening signed by the key before it and
    by its own. TlogError.
    """
    followed = []
    for one in begun:
        if one.key.name == successor(key.name):
            for signer in (key, one.key):
                tlog.open_checkpoint(one.opening, signer, origin=one.key.name)
            followed.append(one)
            key = one.key
    return followed


def held_note(content: bytes) -> tlog.Note:
    """The signed head in a file that somebody kept: a checkpoint, or a proof under one. FormatError."""
    is_proof = content.startswith(b"c2sp.org/")
    return tlog.ProofFile.parse(content).checkpoint if is_proof else tlog.Note.parse(content)


def compare(
    held: tlog.Checkpoint, newest: tlog.Checkpoint, proof: Sequence[bytes], said: Sequence[Statement]
) -> Loss | None:
    """What the holder of a head of an older origin has lost; None if all that he knew is in the newest head.

    `said`: what the origins between state. RollbackError if none states where it was cut, ProofError if what is said to
    be kept is another past than the one held.
    """
    try:
        tlog.verify_growth(tlog.Checkpoint(newest.origin, held.size, held.root), newest, proof)
    except tlog.ProofError:
        if not said:
            raise
        least = min(said, key=lambda one: one.kept.size)
        if held.size <= least.kept.size:
            raise
        cited = [one.head for each in said for one in each.ended if one.head.origin == held.origin]
        is_cited = any(held.size < one.size or (held.size, held.root) == (one.size, one.root) for one in cited)
        return Loss(held.size, least.kept.size, is_hidden=not is_cited)
    return None
