"""A vault's chain begins and grows. The server checks what it can see; order is decided by compare-and-swap."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from siegel.base import audit
from siegel.base.actions import action
from siegel.keys import places, queries, rules
from siegel.keys.actions.certificates import add_team_key
from siegel.keys.actions.holders import write_holders
from siegel.keys.errors import KeysError
from siegel.keys.models import Chain, Epoch, Holder, Record, Roster, Wrap
from siegel.seals.certificates import CLOCK_LEEWAY_S
from siegel.seals.chain import Entry, Position, Step, check
from siegel.seals.documents import Certificate as CertificateDocument
from siegel.seals.documents import Roster as RosterDocument
from siegel.seals.epochs import MAX_HANDED_DOWN, check_wrap, required_wraps, rotation_due
from siegel.seals.holders import keys_of
from siegel.seals.nodes import NodeLookup, VersionLookup, no_version
from siegel.seals.readmission import founder_line
from siegel.seals.records import Genesis
from siegel.seals.records import Record as RecordDocument
from siegel.seals.signed import Signed

if TYPE_CHECKING:
    from siegel.accounts.models import Person
    from siegel.seals.certificates import CertificateStore

# What an entry counts, by the kind of the change.
COUNTED = {
    "version": "files",
    "folder": "folders",
    "place": "placed",
    "remove": "removed",
    "purge": "purged",
    "release": "released",
    "reseal": "resealed",
}

READMITTED = "keys.founder_readmitted"


@dataclass(frozen=True)
class Documents:
    """A record with all it brings. `wraps`: age files by key id; manifests in the order of the record's changes.

    `certificate`: with an epoch of a team, that of the team's generation of the same number.
    """

    record: Signed
    roster: Signed | None = None
    epoch: Signed | None = None
    previous_seed: bytes | None = None
    wraps: Mapping[str, bytes] = field(default_factory=dict)
    manifests: tuple[Signed, ...] = ()
    certificate: Signed | None = None


@dataclass(frozen=True)
class Appended:
    """Where the record stands. `step` is what it did, `log_index` its entry; None when it had been accepted before.

    `readmits`: it gives a founder whose key was lost his own vault back.
    """

    seq: int
    head: str
    step: Step | None
    log_index: int | None = None
    readmits: bool = False


@action
def begin_chain(*, by: "Person", vault_id: str, documents: Documents, personal: Mapping[str, str]) -> Appended:
    """Record 1 of a new vault. KeysError `vault_id_taken` (409), `document_refused`, `wraps_incomplete`."""
    audit.in_turn(by.tenant)
    if known := accepted_before(vault_id, documents.record):
        places.held(by, vault_id)
        audit.unchanged()
        return known
    if Chain.objects.filter(pk=vault_id).exists():
        raise KeysError("vault_id_taken", status=409)
    position = Position.begin(by.tenant_id, vault_id)
    return _accept(by, position, documents, nodes=lambda _: None, personal=personal)


@action
def append_record(
    *,
    by: "Person",
    vault_id: str,
    documents: Documents,
    nodes: NodeLookup,
    versions: VersionLookup = no_version,
    personal: Mapping[str, str],
) -> Appended:
    """One more record. The same record again changes nothing; BaseError `not_found` unless `by` holds it, or rules it.

    KeysError: `stale` (409) when the chain has moved or a new epoch is due first; `document_refused`;
    `wraps_incomplete`.
    """
    audit.in_turn(by.tenant)
    chain = places.changeable(by, vault_id)
    if known := accepted_before(vault_id, documents.record):
        audit.unchanged()
        return known
    position = queries.position_of(chain)
    appended = _accept(by, position, documents, nodes=nodes, versions=versions, personal=personal)
    if chain.due and appended.step and appended.step.nodes:
        raise KeysError("stale", status=409)
    return appended


def accepted_before(vault_id: str, record: Signed) -> Appended | None:
    """Where this very record stands already, if it does."""
    seq = Record.objects.filter(chain=vault_id, hash=record.hash).values_list("seq", flat=True).first()
    return Appended(seq, record.hash, None) if seq is not None else None


def _accept(
    by: "Person",
    before: Position,
    documents: Documents,
    *,
    nodes: NodeLookup,
    versions: VersionLookup = no_version,
    personal: Mapping[str, str],
) -> Appended:
    with rules.refusing():
        record = RecordDocument.parse(documents.record)
    kind = _kind_of(before, record)
    if documents.certificate:
        if kind != "team" or documents.epoch is None:
            raise KeysError("document_refused", reason="record_documents")
        add_team_key(by=by, team_id=before.vault, signed=documents.certificate)
    about = _about(record, documents.record.hash)
    readmits = _readmits(before, record)
    what = READMITTED if readmits else rules.audit_kind(record, kind)
    logged = audit.record(what, tenant=by.tenant, by=by, about=about, personal=personal, attested_by="person")
    entry = _entry(documents, logged)
    with rules.refusing():
        store = queries.store_of(by.tenant, _keys_in(before, documents, record.author))
        step = check(before, entry, store, nodes, versions)
        if step.author.certificate.subject != by.id:
            raise KeysError("document_refused", reason="record_author")
        _check_sealed(before, step.position, documents, store, entry.accepted_at)
        due = rotation_due(step.position, store, entry.accepted_at)
    if due and step.nodes:
        # nothing new is sealed for somebody who no longer belongs: first the epoch, then the contents
        raise KeysError("stale", status=409)
    _move_head(by, before, step, due=due)
    _write_documents(entry, step, logged.index)
    if documents.roster:
        write_holders(by=by, step=step, store=store)
    if documents.certificate:
        _move_team(step.position.vault, CertificateDocument.parse(documents.certificate).kid)
    _write_wraps(step, documents.wraps)
    return Appended(step.position.seq, step.position.head, step, logged.index, readmits)


def _check_sealed(before: Position, after: Position, documents: Documents, store: "CertificateStore", now: int) -> None:
    """KeysError `wraps_incomplete` unless the seeds are wrapped to those who must have them, and the epoch says so."""
    # the writer's clock may be ahead, or behind, when somebody's time ends
    least = required_wraps(before, after, store, now + CLOCK_LEEWAY_S)
    most = required_wraps(before, after, store, now - CLOCK_LEEWAY_S)
    if not least <= documents.wraps.keys() <= most:
        raise KeysError("wraps_incomplete")
    for age in documents.wraps.values():
        check_wrap(age)
    if documents.epoch and after.now.epoch.sealed_to != tuple(sorted(documents.wraps)):
        raise KeysError("wraps_incomplete")


def _kind_of(before: Position, record: RecordDocument) -> str:
    """What the chain is: of a vault, or of a team."""
    if before.standing:
        return before.standing.vault_kind
    first = record.changes[0]
    return first.vault_kind if isinstance(first, Genesis) else ""


def _readmits(before: Position, record: RecordDocument) -> bool:
    """A roster of a personal vault by another key than its founder's: the rules take it as his return only."""
    now = before.standing
    if now is None or now.vault_kind != "personal" or all(change.KIND != "roster" for change in record.changes):
        return False
    founder = founder_line(now.roster)
    return founder is None or founder.key != record.author


def _about(record: RecordDocument, head: str) -> dict[str, str | int]:
    kinds = [change.KIND for change in record.changes]
    counts = {name: kinds.count(kind) for kind, name in COUNTED.items() if kind in kinds}
    return {"vault": record.vault, "seq": record.seq, "head": head, **counts}


def _entry(documents: Documents, logged: audit.Logged) -> Entry:
    return Entry(
        record=documents.record,
        accepted_at=logged.at,
        log_index=logged.index,
        roster=documents.roster,
        epoch=documents.epoch,
        previous_seed=documents.previous_seed,
        manifests=documents.manifests,
    )


def _keys_in(before: Position, documents: Documents, author: str) -> set[str]:
    """All keys whose certificates the check may ask for."""
    keys = {author, *(before.standing.keys if before.standing else ())}
    if documents.roster:
        keys |= keys_of(RosterDocument.parse(documents.roster))
    if documents.certificate:
        keys.add(CertificateDocument.parse(documents.certificate).kid)
    return keys


def _move_head(by: "Person", before: Position, step: Step, *, due: bool) -> None:
    """Compare and swap: of two records with one predecessor the first wins."""
    after = step.position
    moved = {"head_seq": after.seq, "head_hash": after.head, "epoch": after.now.epoch.epoch, "due": due}
    if before.seq == 0:
        Chain.objects.create(vault_id=after.vault, tenant=by.tenant, **moved)
    elif not Chain.objects.filter(pk=after.vault, head_seq=before.seq, head_hash=before.head).update(**moved):
        raise KeysError("stale", status=409)


def _write_documents(entry: Entry, step: Step, log_index: int) -> None:
    at = step.position
    Record.objects.create(
        chain_id=at.vault,
        seq=at.seq,
        hash=at.head,
        bytes=entry.record.raw,
        sig=entry.record.sig,
        author=step.record.author,
        accepted_at=entry.accepted_at,
        log_index=log_index,
    )
    if entry.roster:
        seq = at.now.roster.seq
        _write_signed(Roster(chain_id=at.vault, seq=seq, record_seq=at.seq), entry.roster)
    if entry.epoch:
        row = Epoch(chain_id=at.vault, epoch=at.now.epoch.epoch, record_seq=at.seq, log_index=log_index)
        row.previous_seed = entry.previous_seed
        _write_signed(row, entry.epoch)
        if entry.previous_seed is not None:
            with rules.refusing():
                check_wrap(entry.previous_seed, seeds=MAX_HANDED_DOWN)


def _write_signed(row: Roster | Epoch, document: Signed) -> None:
    row.hash, row.bytes, row.sig = document.hash, document.raw, document.sig
    row.save(force_insert=True)


def _move_team(team_id: str, kid: str) -> None:
    """The team has new keys: its lines mean them from now on, and what it holds is due. Two statements."""
    lines = Holder.objects.filter(team=team_id)
    lines.update(kid=kid)
    Chain.objects.filter(pk__in=lines.values("chain"), due=False).update(due=True)


def _write_wraps(step: Step, wraps: Mapping[str, bytes]) -> None:
    at = step.position
    Wrap.objects.bulk_create(
        Wrap(chain_id=at.vault, epoch=at.now.epoch.epoch, kid=kid, age=age) for kid, age in wraps.items()
    )
