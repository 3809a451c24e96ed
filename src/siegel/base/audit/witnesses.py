"""Who confirms the log from outside: programs on other machines that hold the last head (C2SP tlog-witness)."""

import time

from siegel.base.actions import action
from siegel.base.audit.entries import Actor, in_turn, record, unchanged
from siegel.base.errors import BaseError
from siegel.base.models import AuditCheckpoint, AuditCosignature, AuditWitness, Tenant
from siegel.lib import tlog

MAX_NAME = 100
MAX_WITNESSES = 20
# A cosignature that states another time than now is somebody's mistake, or an old one shown as new.
MAX_SKEW_S = 600


@action
def add_witness(*, tenant: Tenant, name: str, vkey: str, by: Actor | None) -> AuditWitness:
    """Believes this key from now on; the same again changes nothing. `by`: None for the operator, whose own witness
    nobody of the firm keeps out by adding too many.

    BaseError `witness_invalid`, `witnesses_full`.
    """
    in_turn(tenant)
    if known := AuditWitness.objects.filter(tenant=tenant, vkey=vkey).first():
        unchanged()
        return known
    try:
        key = tlog.VerifierKey.parse(vkey)
    except tlog.KeyFormatError as error:
        raise BaseError("witness_invalid") from error
    if key.signature_type != tlog.COSIGNATURE or not 0 < len(name.strip()) <= MAX_NAME:
        raise BaseError("witness_invalid")
    if by is not None and AuditWitness.objects.filter(tenant=tenant).count() >= MAX_WITNESSES:
        raise BaseError("witnesses_full", status=409)
    witness = AuditWitness.objects.create(tenant=tenant, name=name.strip(), vkey=vkey)
    record("base.witness_added", tenant=tenant, by=by, about={"witness": vkey}, personal={"name": witness.name})
    return witness


def add_cosignature(*, tenant: Tenant, size: int, line: str) -> None:
    """Keeps a witness's signature on the checkpoint of this size. No entry: it would make the log grow for ever.

    BaseError `not_found` (404), `cosignature_invalid`.
    """
    checkpoint = AuditCheckpoint.objects.filter(tenant=tenant, size=size).first()
    if checkpoint is None:
        raise BaseError("not_found", status=404)
    text = tlog.Note.parse(bytes(checkpoint.note)).text
    try:
        signature = tlog.Signature.parse(line)
        for witness in AuditWitness.objects.filter(tenant=tenant):
            key = tlog.VerifierKey.parse(witness.vkey)
            if (key.name, key.key_id) == (signature.name, signature.key_id):
                at = key.verify(signature.signature, text) or 0
                break
        else:
            raise BaseError("cosignature_invalid")
    except tlog.TlogError as error:
        raise BaseError("cosignature_invalid") from error
    if abs(at - time.time()) > MAX_SKEW_S:
        raise BaseError("cosignature_invalid")
    AuditCosignature.objects.update_or_create(checkpoint=checkpoint, witness=witness, defaults={"line": line, "at": at})


def newest_cosignature(tenant_id: str, witness: AuditWitness) -> AuditCosignature | None:
    confirmed = AuditCosignature.objects.filter(checkpoint__tenant=tenant_id, witness=witness)
    return confirmed.select_related("checkpoint").order_by("-checkpoint__size").first()
