"""How a log stands: what the start page says in one sentence, and the log's page at its top."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from siegel.base.audit import checkpoints, sequencer, tree
from siegel.base.audit.gaps import statements
from siegel.base.audit.witnesses import newest_cosignature
from siegel.base.models import AuditCheck, AuditCheckpoint, AuditEntry, AuditWitness, Tenant
from siegel.lib.tlog import Checkpoint, Note
from siegel.seals.log_origins import Statement

# Without a confirmation from outside for so long, the sentence turns yellow.
OUTSIDE_S = 26 * 3600
# The worker signs within a second and verifies every few minutes; later than this it does not run as it should.
SIGNING_LATE_S = 60
CHECK_LATE_S = 3600


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A witness and the head it confirmed last; nulls: none yet."""

    name: str
    size: int | None
    at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """The log began anew after a restore: `lost` entries are gone, at most, from number `first` on; 0: none.

    `kept_at`, `last_at`: when the head that is still in it was signed, and the newest one; None if unknown.
    """

    lost: int
    first: int
    kept_at: datetime | None
    last_at: datetime | None
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """`tone`: seal, lock (yellow) or alarm (red). `problem`: its first reason, empty when all is well.

    problem: tampered (with `code` and, counted from 1, `number` of the first bad entry), unchecked, unsigned,
    lost (`gaps` says which entries; it never ends), unconfirmed.
    """

    tone: str
    problem: str
    size: int
    checked_at: datetime | None
    root: str
    code: str
    number: int | None
    confirmations: tuple[Confirmation, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def lost(self) -> int:
        return sum(gap.lost for gap in self.gaps)


def standing_of(tenant: Tenant) -> Standing:
    now = int(time.time())
    sequencer.catch_up(tenant.pk)
    size = tree.size_of(tenant.pk)
    check = AuditCheck.objects.filter(tenant=tenant).first()
    confirmations = tuple(_confirmation(tenant, witness, now) for witness in AuditWitness.objects.filter(tenant=tenant))
    is_confirmed = any(not one.is_late for one in confirmations)
    gaps = tuple(map(_gap, statements(tenant.pk)))
    problem = _problem(tenant, check, now, size, is_confirmed=is_confirmed, is_lost=any(gap.lost for gap in gaps))
    return Standing(
        tone={"": "seal", "tampered": "alarm"}.get(problem, "lock"),
        problem=problem,
        size=size,
        checked_at=_moment(check.at) if check else None,
        root=_root_of(checkpoints.newest(tenant.pk)),
        code=check.code if check else "",
        number=check.index + 1 if check and check.index is not None else None,
        confirmations=confirmations,
        gaps=gaps,
    )


def _problem(
    tenant: Tenant, check: AuditCheck | None, now: int, size: int, *, is_confirmed: bool, is_lost: bool
) -> str:
    if check is not None and check.is_tampered:
        return "tampered"
    if check is None or now - check.at > CHECK_LATE_S:
        return "unchecked"
    newest = checkpoints.newest(tenant.pk)
    if newest is None or (newest.size < size and _age_s(tenant, newest.size, now) > SIGNING_LATE_S):
        return "unsigned"
    if is_lost:
        return "lost"
    is_young = _age_s(tenant, 0, now) <= OUTSIDE_S
    return "" if is_young or is_confirmed else "unconfirmed"


def _confirmation(tenant: Tenant, witness: AuditWitness, now: int) -> Confirmation:
    newest = newest_cosignature(tenant.pk, witness)
    if newest is None:
        return Confirmation(witness.name, None, None, is_late=True)
    return Confirmation(witness.name, newest.checkpoint.size, _moment(newest.at), is_late=now - newest.at > OUTSIDE_S)


def _gap(said: Statement) -> Gap:
    kept_at, last_at = (None if at is None else _moment(at) for at in (said.kept_at, said.last_at))
    return Gap(said.lost, said.kept.size + 1, kept_at, last_at, _moment(said.begun_at))


def _age_s(tenant: Tenant, index: int, now: int) -> int:
    entry = AuditEntry.objects.filter(tenant=tenant, index=index).values_list("leaf", flat=True).first()
    return now - int(json.loads(bytes(entry))["at"]) if entry else 0


def _root_of(checkpoint: AuditCheckpoint | None) -> str:
    """The first bytes of the signed root, in groups of four digits, to be compared by eye."""
    if checkpoint is None:
        return ""
    digits = Checkpoint.parse(Note.parse(bytes(checkpoint.note)).text).root.hex()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
