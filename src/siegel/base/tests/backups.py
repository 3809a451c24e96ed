"""A backup of a log's tables, put back; and somebody outside who holds a head and follows from origin to origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from siegel.base.audit import beginnings, checkpoints, proofs
from siegel.base.models import AuditBeginning, AuditCheckpoint, AuditCosignature, AuditEntry, AuditLog, Tenant
from siegel.base.tests.logs import Attacker
from siegel.lib import tlog
from siegel.seals.log_origins import Beginning, Loss, Statement, compare, passed

_TABLES: Sequence[type[Any]] = (AuditEntry, AuditLog, AuditBeginning, AuditCheckpoint, AuditCosignature)


class Backup:
    """Taken when it is made, or anew."""

    def __init__(self, attacker: Attacker) -> None:
        self._rows: list[tuple[type[Any], list[dict[str, Any]]]] = []
        assert attacker.tenant.pk  # its triggers are off: rows can be put back
        self.take()

    def take(self) -> None:
        self._rows = [(table, list(table.objects.values())) for table in _TABLES]

    def restore(self) -> None:
        for table, _ in reversed(self._rows):
            table.objects.all().delete()
        for table, rows in self._rows:
            table.objects.bulk_create([table(**row) for row in rows])


@dataclass
class Outsider:
    """As browser and witness do: keeps key and newest head, believes only what follows from them."""

    key: tlog.VerifierKey
    note: tlog.Note
    said: list[Statement] = field(default_factory=list)

    @classmethod
    def of(cls, tenant: Tenant) -> Outsider:
        newest = checkpoints.newest(tenant.pk)
        assert newest is not None
        return cls(tlog.VerifierKey.parse(checkpoints.log_of(tenant.pk).vkey), checkpoints.note_of(newest))

    @property
    def head(self) -> tlog.Checkpoint:
        return tlog.Checkpoint.parse(self.note.text)

    def look(self, tenant: Tenant) -> Loss | None:
        """What he finds to be lost of what he held. TlogError where the log is not the one he knew."""
        newest = checkpoints.newest(tenant.pk)
        assert newest is not None
        # Over the wire, as it comes to others.
        begun = passed(self.key, [Beginning.from_wire(one.wire()) for one in beginnings.shown(tenant.pk, newest)])
        key = begun[-1].key if begun else self.key
        if key.encode() != checkpoints.log_of(tenant.pk).vkey:
            raise tlog.KeyFormatError("another key signs the log")
        note = checkpoints.note_of(newest)
        head = tlog.open_checkpoint(note, key).checkpoint
        said = [one for one in (each.statement(head) for each in begun) if one is not None]
        size = self.head.size
        proof = proofs.consistency(tenant.pk, size, head.size) if size <= head.size else []
        loss = None
        if begun:
            loss = compare(self.head, head, proof, said)
        else:
            tlog.verify_growth(self.head, head, proof)
        self.key, self.note, self.said = key, note, said
        return loss
