"""The audit log for programs that check it: browser island, agent, witnesses. For the staff, each of his own firm's;
heads also for those to whom the owner has them sent."""

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from siegel.accounts.doors import signed_in
from siegel.base import release
from siegel.base.audit import beginnings, checkpoints, notary, proofs
from siegel.base.audit.witnesses import add_cosignature, add_witness
from siegel.base.errors import BaseError
from siegel.base.models import AuditEntry, AuditRelease, Tenant
from siegel.firms.doors import log_reader, staff_person
from siegel.lib import tlog
from siegel.seals.canonical import b64

router = Router(auth=signed_in)

MAX_NUMBER = 2**53 - 1
ENTRIES_PER_PAGE = 500


class BeginningOut(Schema):
    """A new origin after a restore (docs/formats.md 4); `leaf` null: a later restore took it."""

    key: str
    before: str
    checkpoint: str
    leaf: str | None
    included: list[str]
    grown: list[str]


class HeadOut(Schema):
    """`checkpoint`: the signed note, null while nobody signs; `proof`: of consistency with the size asked for."""

    key: str | None
    checkpoint: str | None
    proof: list[str]
    begun: list[BeginningOut] = []


class ConsistencyOut(Schema):
    proof: list[str]


class EntryOut(Schema):
    """`personal` and `salt` are null once erased."""

    index: int
    leaf: str
    personal: str | None
    salt: str | None


class EntriesOut(Schema):
    entries: list[EntryOut]
    more: bool


class ReleaseOut(Schema):
    """`signature`: armored, null without one; `index` null until a worker has logged the list."""

    document: str
    signature: str | None
    index: int | None


class WitnessIn(Schema):
    name: str
    key: str


class CosignatureIn(Schema):
    size: int
    line: str


class NothingOut(Schema):
    pass


@router.get("/audit/checkpoint", response=HeadOut)
def head(request: HttpRequest, since: int = 0) -> HeadOut:
    """The newest signed head. A `since` that the log does not reach gets no proof: the head itself shows it."""
    tenant = log_reader(request).tenant
    _require_number(since)
    newest = checkpoints.newest(tenant.pk)
    if newest is None:
        return HeadOut(key=None, checkpoint=None, proof=[])
    proof = proofs.consistency(tenant.pk, since, newest.size) if since <= newest.size else []
    note = checkpoints.note_of(newest).encode().decode()
    begun = [BeginningOut(**one.wire()) for one in beginnings.shown(tenant.pk, newest)]
    key = checkpoints.log_of(tenant.pk).vkey
    return HeadOut(key=key, checkpoint=note, proof=[b64(digest) for digest in proof], begun=begun)


@router.get("/audit/consistency", response=ConsistencyOut)
def consistency(request: HttpRequest, old: int, size: int) -> ConsistencyOut:
    """That the log of `size` entries begins with that of `old`."""
    tenant = log_reader(request).tenant
    _require_number(old, size)
    try:
        return ConsistencyOut(proof=[b64(digest) for digest in proofs.consistency(tenant.pk, old, size)])
    except tlog.OutsideTreeError as error:
        raise Http404 from error


@router.get("/audit/entries", response=EntriesOut)
def entries(request: HttpRequest, first: int = 0) -> EntriesOut:
    """The entries from `first` on, at most 500, with their personal parts."""
    person = staff_person(request)
    _require_number(first)
    rows = AuditEntry.objects.filter(tenant=person.tenant, index__gte=first).order_by("index")
    found = list(rows[: ENTRIES_PER_PAGE + 1])
    return EntriesOut(entries=[_entry(one) for one in found[:ENTRIES_PER_PAGE]], more=len(found) > ENTRIES_PER_PAGE)


@router.get("/audit/entries/{index}/proof")
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """The proof file of an entry, to be saved. BaseError `log_unsigned` (503)."""
    tenant = staff_person(request).tenant
    response = HttpResponse(_proof_file(tenant, index), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{tenant.slug}-{index + 1}.tlog-proof"'
    return response


@router.get("/audit/release", response=ReleaseOut)
def served_release(request: HttpRequest) -> ReleaseOut:
    """The list of the files that browsers get, and the entry that logs it."""
    tenant = staff_person(request).tenant
    index = AuditRelease.objects.filter(tenant=tenant).values_list("index", flat=True).first()
    return ReleaseOut(document=b64(release.served()), signature=release.signature(), index=index)


@router.post("/audit/witnesses", response={201: NothingOut})
def witness(request: HttpRequest, body: WitnessIn) -> Status[NothingOut]:
    """A key whose confirmations are shown from now on."""
    person = staff_person(request)
    add_witness(tenant=person.tenant, name=body.name, vkey=body.key, by=person)
    return Status(201, NothingOut())


@router.post("/audit/cosignatures", response={201: NothingOut})
def cosignature(request: HttpRequest, body: CosignatureIn) -> Status[NothingOut]:
    """A witness's signature line on the checkpoint of this size."""
    person = staff_person(request)
    _require_number(body.size)
    add_cosignature(tenant=person.tenant, size=body.size, line=body.line)
    return Status(201, NothingOut())


def _proof_file(tenant: Tenant, index: int) -> bytes:
    _require_number(index)
    try:
        return proofs.proof_file(tenant.pk, index).encode()
    except AuditEntry.DoesNotExist as error:
        raise Http404 from error
    except notary.NotaryError as error:
        raise BaseError("log_unsigned", status=503) from error


def _require_number(*numbers: int) -> None:
    """Http404 for what no log can have."""
    if not all(0 <= number <= MAX_NUMBER for number in numbers):
        raise Http404


def _entry(entry: AuditEntry) -> EntryOut:
    is_erased = not entry.personal and not entry.salt
    return EntryOut(
        index=entry.index,
        leaf=b64(bytes(entry.leaf)),
        personal=None if is_erased else b64(bytes(entry.personal)),
        salt=None if is_erased else b64(bytes(entry.salt)),
    )
