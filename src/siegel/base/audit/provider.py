"""The provider's own log: the heads of all firms' logs, and where the operator acted in them.

A firm whose log is rebuilt, cut or regrown has to have the provider's rebuilt too, of which every other firm's export
holds a head. One entry is about one firm, so that an export names no other; its tree's size is the activity of all.
"""

import json
import time
from collections.abc import Iterator

from django.db.models import Max
from django.utils import timezone

from siegel.base.actions import action
from siegel.base.audit import checkpoints, tree
from siegel.base.audit.entries import in_turn, record
from siegel.base.audit.gaps import statements
from siegel.base.audit.kinds import HEAD_NOTED, OF_THE_PROVIDER
from siegel.base.audit.proofs import proof_file
from siegel.base.models import AuditCheckpoint, AuditEntry, AuditNotedHead, Tenant
from siegel.lib import tlog
from siegel.seals.canonical import JsonInput, b64, unb64

# No firm's slug can contain this sign, so the commands of the operator take it where they take a firm's.
SLUG = "@provider"
EVERY_S = 3600
MAX_ACCESSES = 500
_BATCH = 500


def provider() -> Tenant:
    """Made when first asked for."""
    values = {"kind": Tenant.Kind.PROVIDER, "name": "Systempartner", "created_at": timezone.now()}
    return Tenant.objects.get_or_create(slug=SLUG, defaults=values)[0]


def note_heads() -> None:
    """For the timetable: each firm's newest head every hour if it has grown, and at once after a weighty entry."""
    found = AuditNotedHead.objects.values_list("tenant").annotate(Max("size"), Max("at"))
    noted = {tenant_id: (size, at) for tenant_id, size, at in found}
    for tenant in Tenant.objects.filter(kind=Tenant.Kind.FIRM).order_by("pk"):
        newest, (size, at) = checkpoints.newest(tenant.pk), noted.get(tenant.pk, (0, 0))
        if newest is None or newest.size == size:
            continue
        weighty = AuditEntry.objects.filter(tenant=tenant, weighty=True, index__gte=size, index__lt=newest.size)
        if time.time() - at >= EVERY_S or weighty.exists():
            note_head(checkpoint=newest, known=size)


@action
def note_head(*, checkpoint: AuditCheckpoint, known: int) -> None:
    """The provider's log knows this head from now on, and what the operator did in the firm's log since `known`."""
    own = provider()
    in_turn(own)
    head = tlog.Checkpoint.parse(tlog.Note.parse(bytes(checkpoint.note)).text)
    about: dict[str, JsonInput] = {
        "accesses": list(_accesses(checkpoint.tenant_id, known, head.size)),
        "firm": checkpoint.tenant_id,
        "log": head.origin,
        "root": b64(head.root),
        "size": head.size,
    }
    entry = record(HEAD_NOTED, tenant=own, about=about)
    AuditNotedHead.objects.create(tenant_id=checkpoint.tenant_id, size=head.size, index=entry.index, at=entry.at)


def noted_proof(tenant_id: str, size: int) -> tuple[AuditNotedHead, tlog.ProofFile] | None:
    """The newest noted head of a firm's log of at most `size` entries, proven under a signed head; None without one."""
    noted = AuditNotedHead.objects.filter(tenant=tenant_id, size__lte=size).order_by("-index").first()
    newest = checkpoints.newest(provider().pk) if noted else None
    if noted is None or newest is None or newest.size <= noted.index:
        return None
    return noted, proof_file(provider().pk, noted.index)


def first_differing(tenant_id: str) -> int | None:
    """The first entry of the provider's log whose head is none that the firm's log ever had; None if all are.

    What a log lost in a restore, and says so, is left out.
    """
    gaps_of: dict[str, list[tuple[frozenset[str], int]]] = {}
    entries = AuditEntry.objects.filter(tenant=tenant_id).order_by("index").values_list("index", "leaf")
    for index, leaf in entries.iterator(_BATCH):
        if HEAD_NOTED.encode() not in bytes(leaf) or (content := json.loads(bytes(leaf)))["kind"] != HEAD_NOTED:
            continue
        about = content["about"]
        if about["firm"] not in gaps_of:
            gaps_of[about["firm"]] = _gaps(about["firm"])
        is_lost = any(about["log"] in origins and about["size"] > kept for origins, kept in gaps_of[about["firm"]])
        if not is_lost and not _had(about["firm"], int(about["size"]), unb64(about["root"])):
            return int(index)
    return None


def _gaps(tenant_id: str) -> list[tuple[frozenset[str], int]]:
    """Of each new beginning: the origins that ended, and how many of their entries were kept."""
    return [(frozenset(one.head.origin for one in said.ended), said.kept.size) for said in statements(tenant_id)]


def _had(tenant_id: str, size: int, root: bytes) -> bool:
    try:
        return tree.size_of(tenant_id) >= size and tlog.tree_root(size, tree.reader(tenant_id)) == root
    except tlog.StoreError:
        return False


def _accesses(tenant_id: str, first: int, size: int) -> Iterator[dict[str, JsonInput]]:
    """Kind and place of what the operator did, at most `MAX_ACCESSES`."""
    weighty = AuditEntry.objects.filter(tenant=tenant_id, weighty=True, index__gte=first, index__lt=size)
    count = 0
    for index, leaf in weighty.order_by("index").values_list("index", "leaf").iterator(_BATCH):
        kind = json.loads(bytes(leaf))["kind"]
        if kind in OF_THE_PROVIDER and (count := count + 1) <= MAX_ACCESSES:
            yield {"entry": index, "kind": kind}
