"""Vaults for the browser island and the agent (docs/formats.md 10). The tus endpoint is in `tus.py`."""

from collections.abc import Iterable
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Status
from pydantic import Field

from siegel.accounts.doors import person_of, session_of, signed_in
from siegel.accounts.queries import names_of
from siegel.accounts.sessions import mark_background
from siegel.base.errors import message_of
from siegel.base.places import Places
from siegel.base.throttle import refuse_excess
from siegel.keys import evidence, schemas
from siegel.keys import queries as keys
from siegel.keys import wire as keys_wire
from siegel.keys.actions.chains import Appended
from siegel.keys.api import LogIndex
from siegel.keys.overview import chain_seen_by, due_now
from siegel.keys.trusted import events_of
from siegel.keys.wire import documents_of
from siegel.seals.canonical import b64
from siegel.seals.signed import Signed
from siegel.vault import activity, check, payload, queries, small, thumbnails, tus, wire
from siegel.vault.actions import contents, locks, naming, reading, vaults
from siegel.vault.errors import VaultError
from siegel.vault.handover import hand_over_vault, take_in_package

router = Router(auth=signed_in)
# before tus, whose {upload_id} would take "small" for one
router.add_router("", small.router)
router.add_router("", tus.router)

MAX_FILES = 1000
MAX_CHECKED = 200
# A package is taken in rarely; each leaves an entry in the log.
TAKE_INS_PER_HOUR = 60
HOUR_S = 3600
# A check lasts as long as the scanner takes. The browser has three of a person at once, the program `siegel` one.
CHECKING = Places(total=6, each=4)
Wire = dict[str, Any]
# 201 for something new, 200 for the same record again
APPENDED = {200: Wire, 201: Wire}


class VaultIn(schemas.Append):
    id: schemas.Id
    dossier: schemas.Id | None = None


class CheckItem(schemas.Strict):
    upload: schemas.Id
    payload_hash: schemas.Hash
    commitment: schemas.Hash
    scanner_header: schemas.Binary


class CheckIn(schemas.Strict):
    uploads: Annotated[list[CheckItem], Field(min_length=1)]


class HandOverIn(schemas.Strict):
    package: schemas.Hash
    recipient: schemas.Hash
    files: Annotated[int, Field(ge=0, le=2**31)]


class TakeInIn(schemas.Strict):
    package: schemas.Hash
    sender: schemas.Hash
    files: Annotated[int, Field(ge=0, le=2**31)]


class CommitFile(schemas.Strict):
    """`upload` is null exactly for a copy."""

    upload: schemas.Id | None
    manifest: schemas.Doc
    header: schemas.Binary
    row: schemas.Binary
    thumbnail: schemas.Binary | None = None


class CommitIn(schemas.Strict):
    record: schemas.Doc
    files: Annotated[list[CommitFile], Field(min_length=1)]
    rows: Annotated[list[schemas.Row], Field(max_length=schemas.MAX_ITEMS)] = []


class LockIn(schemas.Strict):
    """`row`: the sealed reason."""

    node: schemas.Id
    epoch: Annotated[int, Field(ge=1, le=2**31)]
    row: schemas.Binary | None = None


class TitleIn(schemas.Strict):
    """`row`: the sealed name."""

    epoch: Annotated[int, Field(ge=1, le=2**31)]
    row: schemas.Binary


@router.get("/vaults")
def listed(request: HttpRequest, *, old: bool = False) -> Wire:
    """With `old`: how many versions of each lie under older keys."""
    lines = queries.vaults_of(person_of(request))
    counted = queries.old_contents(line.id for line in lines) if old else {}
    return {"vaults": [_vault(line) | ({"old": counted.get(line.id, 0)} if old else {}) for line in lines]}


@router.post("/vaults", response=APPENDED)
def begin(request: HttpRequest, body: VaultIn) -> Status[Wire]:
    begun = vaults.begin_vault(
        by=person_of(request),
        vault_id=body.id,
        dossier_id=body.dossier,
        documents=documents_of(body),
        rows=_rows(body.rows),
    )
    return _appended(begun)


@router.get("/vaults/{vault_id}/head")
def head(request: HttpRequest, vault_id: str) -> Wire:
    """What an open page asks every few seconds; that alone does not keep a session alive."""
    mark_background(request)
    chain = chain_seen_by(person_of(request), vault_id)
    return {"seq": chain.head_seq, "head": chain.head_hash, "locks": queries.lock_changes(vault_id)}


@router.get("/vaults/{vault_id}/news")
def news(
    request: HttpRequest,
    vault_id: str,
    *,
    since: Annotated[int, Field(ge=0, le=2**31)] = 0,
    background: bool = False,
    brief: bool = False,
    log: LogIndex = None,
) -> Wire:
    """The records of a vault or team after `since`, and what verifies and opens them. `background`: see `head`.

    `brief`: one record. `log`: the place up to which the client knows the log.
    """
    if background:
        mark_background(request)
    person = person_of(request)
    shown = queries.shown_to(person, vault_id)
    found = queries.news_since(shown, since, brief=brief)
    fresh = evidence.named_by(entry for entry in found.entries if log is not None and entry.record.log_index > log)
    told = evidence.evidence(person.tenant_id, evidence.of_chain(shown.chain), log=log, fresh=fresh)
    return {
        "records": [_entry(entry, found.versions.get(entry.record.seq, [])) for entry in found.entries],
        **keys_wire.evidence(told),
        "people": names_of(certificate.subject for certificate in told.certificates),
        "wraps": keys_wire.wraps(keys.wraps_of(shown.chain, person)),
        "rows": _rows_of(shown, found),
        "events": [keys_wire.event(row) for row in events_of(shown.chain)],
        "more": found.more,
        "seq": shown.chain.head_seq,
        "head": shown.chain.head_hash,
        "due": due_now(shown.chain),
        **wire.present(shown),
    }


def _rows_of(shown: queries.Shown, found: queries.News) -> list[Wire]:
    first = bool(found.entries) and found.entries[0].record.seq == 1
    rows = [wire.row(queries.SealedRow(shown.chain.pk, 0, 1, shown.row))] if first else []
    return rows + [wire.row(row) for row in found.rows]


@router.post("/vaults/{vault_id}/records", response=APPENDED)
def append(request: HttpRequest, vault_id: str, body: schemas.Append) -> Status[Wire]:
    appended = vaults.append_record(
        by=person_of(request), vault_id=vault_id, documents=documents_of(body), rows=_rows(body.rows)
    )
    return _appended(appended)


@router.post("/vaults/{vault_id}/locks", response={201: Wire})
def lock(request: HttpRequest, vault_id: str, body: LockIn) -> Status[Wire]:
    """The file is the person's own to change, for a while."""
    held = locks.lock_node(by=person_of(request), vault_id=vault_id, node=body.node, epoch=body.epoch, row=body.row)
    return Status(201, {"until": int(held.until.timestamp())})


@router.delete("/vaults/{vault_id}/locks/{node}")
def unlock(request: HttpRequest, vault_id: str, node: str) -> Wire:
    locks.unlock_node(by=person_of(request), vault_id=vault_id, node=node)
    return {}


@router.post("/vaults/{vault_id}/title")
def rename(request: HttpRequest, vault_id: str, body: TitleIn) -> Wire:
    """A vault of one's own is called otherwise."""
    naming.rename_vault(by=person_of(request), vault_id=vault_id, epoch=body.epoch, row=body.row)
    return {}


@router.get("/vaults/{vault_id}/activity")
def happened(
    request: HttpRequest,
    vault_id: str,
    before: Annotated[int | None, Field(ge=0, le=2**53)] = None,
    node: schemas.Id | None = None,
) -> Wire:
    """What the log says of the vault, or of one of its nodes, the newest first."""
    vault = queries.vault_of(person_of(request), vault_id).vault
    return {"entries": [vars(one) for one in activity.happened(vault, before=before, node=node)]}


@router.post("/vaults/{vault_id}/hand-overs", response={201: Wire})
def hand_over(request: HttpRequest, vault_id: str, body: HandOverIn) -> Status[Wire]:
    """Whoever manages a dossier packs it for another firm; the log keeps what his program says of it."""
    hand_over_vault(
        by=person_of(request), vault_id=vault_id, package=body.package, recipient=body.recipient, files=body.files
    )
    return Status(201, {})


@router.post("/vaults/{vault_id}/take-ins", response={201: Wire})
def taken_in(request: HttpRequest, vault_id: str, body: TakeInIn) -> Status[Wire]:
    """Whoever writes in a vault has taken a package of another firm into it."""
    refuse_excess(f"take-in {person_of(request).pk}", limit=TAKE_INS_PER_HOUR, window_s=HOUR_S)
    take_in_package(
        by=person_of(request), vault_id=vault_id, package=body.package, sender=body.sender, files=body.files
    )
    return Status(201, {})


@router.post("/vaults/{vault_id}/check")
def check_uploads(request: HttpRequest, vault_id: str, body: CheckIn) -> Wire:
    """The virus scan of complete uploads; what is clean may be committed."""
    if len(body.uploads) > MAX_CHECKED:
        raise VaultError("too_many", most=MAX_CHECKED)
    items = [check.Item(one.upload, one.payload_hash, one.commitment, one.scanner_header) for one in body.uploads]
    person = person_of(request)
    with CHECKING.taken(str(person.pk)):
        outcomes = check.check_uploads(by=person, vault_id=vault_id, items=items)
    return {"results": [_outcome(outcome) for outcome in outcomes]}


@router.post("/vaults/{vault_id}/commit", response=APPENDED)
def commit(request: HttpRequest, vault_id: str, body: CommitIn) -> Status[Wire]:
    """Publish checked uploads with one record."""
    if len(body.files) > MAX_FILES:
        raise VaultError("too_many", most=MAX_FILES)
    files = [contents.File(one.upload, one.manifest.signed(), one.header, one.row, one.thumbnail) for one in body.files]
    appended = contents.commit_files(
        by=person_of(request),
        vault_id=vault_id,
        record=body.record.signed(),
        files=files,
        rows=_rows(body.rows),
    )
    return _appended(appended)


@router.get("/vaults/{vault_id}/thumbnails")
def listed_thumbnails(request: HttpRequest, vault_id: str, of: str = "") -> Wire:
    """Sealed thumbnails of versions, as far as there are any. `of`: `node.version,…`."""
    found = thumbnails.thumbnails_of(person_of(request), vault_id, of.split(",") if of else [])
    return {"thumbnails": [{"node": one.node, "version": one.version, "box": b64(one.box)} for one in found]}


@router.get("/vaults/{vault_id}/nodes/{node}/versions/{number}")
def version(request: HttpRequest, vault_id: str, node: str, number: int) -> Wire:
    """What opens a version; the log keeps that it was asked for."""
    found = reading.fetch_version(by=person_of(request), vault_id=vault_id, node=node, number=number)
    return {
        "manifest": _signed(found.manifest_bytes, found.manifest_sig),
        "header": b64(bytes(found.header)),
        "verdict": _signed(found.verdict_bytes, found.verdict_sig),
        "leaves": b64(bytes(wire.blob_of(found).leaves)),
    }


@router.get("/vaults/{vault_id}/nodes/{node}/versions/{number}/payload")
def version_payload(request: HttpRequest, vault_id: str, node: str, number: int) -> HttpResponseBase:
    found = queries.version_of(person_of(request), vault_id, node, number)
    recheck = queries.still_held(session_of(request), vault_id)
    return payload.response(wire.blob_of(found), request.headers.get("Range"), recheck=recheck)


def _appended(appended: Appended) -> Status[Wire]:
    return Status(201 if appended.step else 200, {"seq": appended.seq, "head": appended.head})


def _vault(line: queries.VaultLine) -> Wire:
    dossier, chain = line.vault.dossier, line.vault.chain
    return {
        "id": line.id,
        "vault_kind": line.vault.vault_kind,
        "dossier": dossier
        and {
            "id": dossier.id,
            "title": dossier.title,
            "client_number": line.client_number,
            "client_name": line.client_name,
        },
        "seq": chain.head_seq,
        "head": chain.head_hash,
        "due": chain.due,
        "rights": line.right,
    }


def _entry(entry: keys.Entry, versions: Iterable[queries.SealedVersion]) -> Wire:
    answer = keys_wire.entry(entry)
    if manifests := [_signed(one.manifest_bytes, one.manifest_sig) for one in versions]:
        answer["manifests"] = manifests
    return answer


def _outcome(outcome: check.Outcome) -> Wire:
    return {
        "upload": outcome.upload,
        "verdict": outcome.verdict.to_wire() if outcome.verdict else None,
        "code": outcome.code,
        "message": message_of(outcome.code) if outcome.code else None,
    }


def _signed(raw: bytes | memoryview, sig: bytes | memoryview) -> Wire:
    return {**Signed(bytes(raw), bytes(sig)).to_wire()}


def _rows(rows: Iterable[schemas.Row]) -> dict[tuple[str, int], bytes]:
    listed = list(rows)
    found = {(row.node, row.version): row.row for row in listed}
    if len(found) != len(listed):
        raise VaultError("row_differs")
    return found
