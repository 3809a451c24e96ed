"""Signed heads brought to witnesses that the settings name (C2SP tlog-witness), and their cosignatures kept.

Beside the witnesses that come by themselves: those may be office PCs, these must be reached from the server. A witness
whose key the firm has added is that one; a key in the settings is added to each firm's witnesses when it first signs.
"""

import time

import structlog
from django.conf import settings

from siegel.base.audit import checkpoints, proofs
from siegel.base.audit.witnesses import add_cosignature, add_witness
from siegel.base.errors import BaseError
from siegel.base.jobs.rules import pause_s
from siegel.base.models import AuditCheckpoint, AuditPush, AuditWitness, Tenant
from siegel.base.witness_calls import WitnessCallError, WitnessService, add_checkpoint
from siegel.lib import tlog

log = structlog.get_logger("siegel.audit")

# A log that grows is brought so often; one that does not, often enough for its confirmation not to be late.
EVERY_S = 600
AGAIN_S = 12 * 3600


def push_due() -> None:
    """For the timetable: every log to every witness whose turn it is. One that is silent ends its own round."""
    for service in settings.WITNESSES:
        known = {push.tenant_id: push for push in AuditPush.objects.filter(service=service.url)}
        for tenant in Tenant.objects.order_by("pk"):
            push = known.get(tenant.pk) or AuditPush(tenant=tenant, service=service.url)
            checkpoint = checkpoints.newest(tenant.pk)
            if checkpoint is not None and _is_due(push, checkpoint) and not _push(service, push, checkpoint):
                break


def _is_due(push: AuditPush, checkpoint: AuditCheckpoint) -> bool:
    now = int(time.time())
    is_old = bool(push.code) or push.size != checkpoint.size or now - push.tried_at >= AGAIN_S
    return is_old and push.next_at <= now


def _push(service: WitnessService, push: AuditPush, checkpoint: AuditCheckpoint) -> bool:
    """Whether the witness may be asked about others."""
    push.tried_at = int(time.time())
    try:
        _keep(service, checkpoint, _asked(service, push, checkpoint))
    except WitnessCallError as error:
        push.failures, push.code = push.failures + 1, error.code
        push.next_at = push.tried_at + pause_s(push.failures)
        tell = log.info if error.code == "unknown_log" else log.error
        tell("log not cosigned", tenant=push.tenant_id, witness=service.host, code=error.code, failures=push.failures)
        push.save()
        return not error.of_service
    push.size, push.failures, push.code = checkpoint.size, 0, ""
    push.next_at = push.tried_at + EVERY_S
    push.save()
    return True


def _asked(service: WitnessService, push: AuditPush, checkpoint: AuditCheckpoint) -> list[tlog.Signature]:
    """Asked once more if the witness holds another size than it was thought to.

    WitnessCallError; `rollback` if it holds a larger log than this, `split_view` another one of the same size.
    """
    try:
        return _ask(service, checkpoint, min(push.size, checkpoint.size))
    except WitnessCallError as error:
        if error.held is None:
            raise
        if error.held > checkpoint.size:
            raise WitnessCallError("rollback") from error
        if error.held == push.size:
            raise WitnessCallError("split_view") from error
        return _ask(service, checkpoint, error.held)


def _ask(service: WitnessService, checkpoint: AuditCheckpoint, old_size: int) -> list[tlog.Signature]:
    proof = proofs.consistency(checkpoint.tenant_id, old_size, checkpoint.size)
    note = tlog.Note.parse(bytes(checkpoint.note))
    return add_checkpoint(service, tlog.AddCheckpoint(old_size, tuple(proof), note))


def _keep(service: WitnessService, checkpoint: AuditCheckpoint, signatures: list[tlog.Signature]) -> None:
    """The lines of known keys. WitnessCallError `unknown_key` if there is none, `http` for one that does not hold."""
    tenant = checkpoint.tenant
    known = set(AuditWitness.objects.filter(tenant=tenant).values_list("vkey", flat=True))
    keys = {(key.name, key.key_id): key for key in map(tlog.VerifierKey.parse, {*known, *filter(None, [service.key])})}
    found = [(keys[of], one) for one in signatures if (of := (one.name, one.key_id)) in keys]
    if not found:
        raise WitnessCallError("unknown_key")
    try:
        for key, signature in found:
            if key.encode() not in known:
                text = tlog.Note.parse(bytes(checkpoint.note)).text
                key.verify(signature.signature, text)
                add_witness(tenant=tenant, name=service.host, vkey=key.encode(), by=None)
            # It may have been thinned out if the log grew while the witness was asked.
            checkpoints.keep(tenant.pk, checkpoint.size, tlog.Note.parse(bytes(checkpoint.note)))
            add_cosignature(tenant=tenant, size=checkpoint.size, line=signature.line())
    except (BaseError, tlog.TlogError) as error:
        raise WitnessCallError("http") from error
