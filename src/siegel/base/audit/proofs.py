"""Proofs for whoever asks: that an entry stands in the log, and that the log has only grown."""

from siegel.base.audit import checkpoints, notary, tree
from siegel.base.models import AuditEntry
from siegel.lib import tlog
from siegel.seals.canonical import b64, encode


def proof_file(tenant_id: str, index: int) -> tlog.ProofFile:
    """The proof of an entry under the newest checkpoint, which is signed for it if it must be.

    `extra` is canonical JSON {key, leaf, personal, salt}: what a third party needs to read and check it without Siegel.
    NotaryError when nobody signs; AuditEntry.DoesNotExist.
    """
    entry = AuditEntry.objects.get(tenant=tenant_id, index=index)
    checkpoint = checkpoints.newest(tenant_id)
    if checkpoint is None or checkpoint.size <= index:
        checkpoint = checkpoints.sign_head(tenant_id)
    if checkpoint is None or checkpoint.size <= index:
        raise notary.NotaryError("notary.silent")
    personal = b64(bytes(entry.personal)) if entry.personal else None
    salt = b64(bytes(entry.salt)) if entry.salt else None
    key = checkpoints.log_of(tenant_id).vkey
    extra = encode({"key": key, "leaf": b64(bytes(entry.leaf)), "personal": personal, "salt": salt})
    hashes = tlog.inclusion_proof(index, checkpoint.size, tree.reader(tenant_id))
    return tlog.ProofFile(index, tuple(hashes), checkpoints.note_of(checkpoint), extra)


def consistency(tenant_id: str, old_size: int, size: int) -> list[bytes]:
    """That the tree of `size` begins with that of `old_size`; OutsideTreeError for sizes the log does not have.

    Empty from size 0, of which there is nothing to prove.
    """
    if size > tree.size_of(tenant_id) or old_size < 0:
        raise tlog.OutsideTreeError(f"no tree of {size}")
    return tlog.consistency_proof(old_size, size, tree.reader(tenant_id)) if old_size else []
