"""A log that is not the one signed last, because a backup was put back, goes on under a new origin that says so.

The key's process refuses to sign such a log: it never grows again in silence. `examined` finds out what is missing and
changes nothing; `begin_anew` writes that into the log, has the key's process end the old origin and begin the next, and
keeps the opening. Interrupted anywhere, the same command goes on where it stopped.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from siegel.base.actions import action
from siegel.base.audit import checkpoints, notary, tree
from siegel.base.audit.entries import record
from siegel.base.audit.gaps import begun
from siegel.base.audit.verification import check, inner_finding
from siegel.base.models import (
    AuditBeginning,
    AuditCheckpoint,
    AuditCosignature,
    AuditEntry,
    AuditLog,
    AuditWitness,
    Tenant,
)
from siegel.lib import tlog
from siegel.lib.merkle import EMPTY_ROOT
from siegel.seals.canonical import JsonInput
from siegel.seals.log_origins import BEGUN_KIND, Beginning, Ended, Statement, predecessor, successor


class BeginningError(Exception):
    """The log cannot, or need not, begin anew; the message says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What `begin_anew` will do. `openings`: beginnings that the key's process knows and the tables do not, in order;
    `statement`: what the new origin will say, None if the last of these stands in the log and only was not kept.
    """

    openings: tuple[tlog.Note, ...]
    statement: Statement | None
    notes: tuple[str, ...] = ()


def examined(tenant_id: str, *, held: Sequence[tlog.Note] = (), because: str = "") -> Finding:
    """What is missing from the log that was signed last. `held`: signed heads that others kept of it.

    BeginningError if it is that log and no reason is given, or if its stored bytes do not fit each other; NotaryError.
    """
    if found := inner_finding(tenant_id):
        raise BeginningError(f"the stored log does not fit itself ({found.code}): restore it whole first")
    line = _walked(tenant_id, checkpoints.log_of(tenant_id).origin)
    openings, (origin, last) = tuple(note for note, _, _ in line[1:] if note), (line[-1][1], line[-1][2])
    if openings and _fits(tenant_id, _head(openings[-1])) and not held and _fits_last(tenant_id, origin, last):
        return Finding(openings, None)
    heads = [one for one in (_signed_last(tenant_id, *each) for each in line) if one.head.size]
    if not heads:
        raise BeginningError("the log was never signed: there is nothing to begin anew from")
    theirs = [_opened(note, line) for note in held]
    strange = [note for note, head in zip(held, theirs, strict=True) if not _fits(tenant_id, head)]
    refused = next((one for one in heads if not _fits(tenant_id, one.head)), None)
    if refused is None and not strange and not because:
        raise BeginningError("the log is the one that was signed last: give a reason to begin anew all the same")
    kept, kept_at = _kept(tenant_id, None if refused else strange, heads)
    size = tree.size_of(tenant_id)
    code = "held" if refused is None else "tlog.rollback" if refused.head.size > size else "tlog.proof"
    ended = tuple(_newest_of(one, theirs) for one in heads)
    notes = [note.encode().decode() for note in held]
    kept = tlog.Checkpoint(origin, kept.size, kept.root)
    said = Statement(successor(origin), 0, kept, kept_at, ended, because or code)
    return Finding(openings, said, (*(_note_of(one, line) for one in heads), *notes))


def begin_anew(tenant: Tenant, finding: Finding) -> None:
    """Does what was found. NotaryError: called again, it goes on where it stopped."""
    for note in finding.openings:
        _keep(tenant.pk, note)
    said = finding.statement
    if said is None:
        return
    about: dict[str, JsonInput] = {**said.about(), "notes": list(finding.notes)}
    if (index := _cited_at(tenant.pk, about)) is None:
        _cite(tenant=tenant, about=about)
        index = _cited_at(tenant.pk, about)
    if index is None:
        raise BeginningError("the entry has no place in the log yet: try again")
    root = tlog.tree_root(index + 1, tree.reader(tenant.pk))
    text = tlog.Checkpoint(said.origin, index + 1, root).text()
    _keep(tenant.pk, tlog.Note.parse(notary.begin(text, said.kept.origin).encode()))
    checkpoints.sign_quietly(tenant.pk)
    check(tenant.pk)  # the pages show at once how it stands


def shown(tenant_id: str, newest: AuditCheckpoint) -> list[Beginning]:
    """The beginnings for those who follow the log from origin to origin, proven under this head."""
    return [_shown(row, newest.size) for row in AuditBeginning.objects.filter(tenant=tenant_id).order_by("pk")]


def _shown(row: AuditBeginning, size: int) -> Beginning:
    keys = tlog.VerifierKey.parse(row.vkey), tlog.VerifierKey.parse(row.before)
    opening = tlog.Note.parse(bytes(row.note))
    if row.size > size or not _fits(row.tenant_id, _head(opening)):
        return Beginning(*keys, opening, None)  # a later restore took it
    read = tree.reader(row.tenant_id)
    entry = AuditEntry.objects.get(tenant=row.tenant_id, index=row.size - 1)
    included = tlog.inclusion_proof(row.size - 1, size, read)
    grown = tlog.consistency_proof(row.size, size, read)
    return Beginning(*keys, opening, bytes(entry.leaf), tuple(included), tuple(grown))


@action
def _cite(*, tenant: Tenant, about: dict[str, JsonInput]) -> None:
    record(BEGUN_KIND, tenant=tenant, about=about)


_Line = list[tuple[tlog.Note | None, str, notary.Last]]


def _walked(tenant_id: str, origin: str) -> _Line:
    """(opening, origin, what the key's process signed last), from the origin in the tables to the one that goes on."""
    line: _Line = [(None, origin, notary.last(origin))]
    while (opening := line[-1][2].opening) is not None:
        note = tlog.Note.parse(opening.encode())
        line.append((note, _head(note).origin, notary.last(_head(note).origin)))
    return line


def _signed_last(tenant_id: str, opening: tlog.Note | None, origin: str, last: notary.Last) -> Ended:
    """The newest head of this origin that the key's process remembers, or the tables, should it have forgotten."""
    first = _head(opening).size - 1 if opening else 0
    for row in AuditCheckpoint.objects.filter(tenant=tenant_id, size__gt=last.size).order_by("-size").iterator(100):
        note = tlog.Note.parse(bytes(row.note))
        if _head(note).origin == origin and _is_signed(note):
            return Ended(_head(note), first, row.signed_at)
    return Ended(tlog.Checkpoint(origin, last.size, last.root or EMPTY_ROOT), first, last.at)


def _fits_last(tenant_id: str, origin: str, last: notary.Last) -> bool:
    return last.root is not None and _fits(tenant_id, tlog.Checkpoint(origin, last.size, last.root))


def _note_of(ended: Ended, line: _Line) -> str:
    """The last head with its signature. The key's process signs what it has signed last again at any time, and so the
    same; of an origin that has ended it does not, and the opening behind it shows what it knew.
    """
    origin, last = line[-1][1:]
    if ended.head.origin != origin or last.root is None:
        return ended.head.text()
    text = tlog.Checkpoint(origin, last.size, last.root).text()
    signature = tlog.Signature.parse(notary.sign(text, []).removesuffix("\n"))
    return tlog.Note(text, (signature,)).encode().decode()


def _newest_of(ended: Ended, theirs: Sequence[tlog.Checkpoint]) -> Ended:
    larger = [one for one in theirs if one.origin == ended.head.origin and one.size > ended.head.size]
    return Ended(max(larger, key=lambda one: one.size), ended.first, None) if larger else ended


def _opened(note: tlog.Note, line: _Line) -> tlog.Checkpoint:
    origin = note.text.partition("\n")[0]
    for _, name, last in line:
        if name == origin:
            return tlog.open_checkpoint(note, tlog.VerifierKey.parse(last.vkey)).checkpoint
    raise BeginningError(f"a head of {origin}, which is no log that goes on or ended here")


def _kept(
    tenant_id: str, strange: Sequence[tlog.Note] | None, heads: list[Ended]
) -> tuple[tlog.Checkpoint, int | None]:
    """The newest signed head that is both in this log and in the one that was signed last.

    Where the key's process refused, every head it signed is in what it signed last. Where only somebody else holds
    another head (`strange`), it is proven for what the same witness has confirmed; none of them: size 0.
    """
    if strange is not None and not strange:
        return heads[-1].head, heads[-1].at
    rows = AuditCheckpoint.objects.filter(tenant=tenant_id).order_by("-size")
    if strange is not None:
        confirmed = AuditCosignature.objects.filter(witness__in=_witnesses_of(tenant_id, strange))
        rows = rows.filter(pk__in=confirmed.values("checkpoint"))
    for row in rows.iterator(100):
        note = tlog.Note.parse(bytes(row.note))
        if _is_signed(note) and _fits(tenant_id, _head(note)):
            return _head(note), row.signed_at
    return tlog.Checkpoint(heads[-1].head.origin, 0, EMPTY_ROOT), None


def _witnesses_of(tenant_id: str, notes: Sequence[tlog.Note]) -> list[AuditWitness]:
    keys = {tlog.VerifierKey.parse(one.vkey): one for one in AuditWitness.objects.filter(tenant=tenant_id)}
    return [keys[key] for note in notes for key in note.verify(list(keys))]


def _is_signed(note: tlog.Note) -> bool:
    key = tlog.VerifierKey.parse(notary.last(_head(note).origin).vkey)
    try:
        tlog.open_checkpoint(note, key)
    except tlog.TlogError:
        return False
    return True


def _head(note: tlog.Note) -> tlog.Checkpoint:
    return tlog.Checkpoint.parse(note.text)


def _fits(tenant_id: str, head: tlog.Checkpoint) -> bool:
    return head.size <= tree.size_of(tenant_id) and tlog.tree_root(head.size, tree.reader(tenant_id)) == head.root


def _cited_at(tenant_id: str, about: dict[str, JsonInput]) -> int | None:
    """Where it stands already, if what it is for was interrupted."""
    return next((index for index, leaf in begun(tenant_id) if json.loads(leaf)["about"] == about), None)


def _keep(tenant_id: str, opening: tlog.Note) -> None:
    """The log is published under the new origin from here on; signed heads that are not in it go."""
    head = _head(opening)
    vkey, before = notary.last(head.origin).vkey, notary.last(predecessor(head.origin) or "").vkey
    with transaction.atomic():
        values = {"tenant_id": tenant_id, "vkey": vkey, "before": before, "size": head.size, "note": opening.encode()}
        AuditBeginning.objects.get_or_create(origin=head.origin, defaults=values)
        AuditLog.objects.filter(pk=tenant_id).update(origin=head.origin, vkey=vkey)
        if not _fits(tenant_id, head):
            return
        for row in AuditCheckpoint.objects.filter(tenant=tenant_id).order_by("-size"):
            if not _fits(tenant_id, _head(tlog.Note.parse(bytes(row.note)))):
                row.delete()
        checkpoints.keep(tenant_id, head.size, opening)
