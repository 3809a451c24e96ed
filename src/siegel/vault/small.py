"""Many small payloads in one request: each becomes a complete upload of its own, as if tus had brought it.

A request for every file of 4 KiB costs five times what receiving it costs. What is cut on the way is dropped and sent
again: at this size there is nothing to resume.
"""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from siegel.accounts.doors import person_of, signed_in
from siegel.base.bodies import STREAM_TYPE
from siegel.vault import staging, tus
from siegel.vault.actions import uploads as actions
from siegel.vault.errors import VaultError

MAX_PAYLOADS = 200
MAX_PAYLOAD_BYTES = 1 << 20
MAX_BYTES = 8 << 20

router = Router(auth=signed_in)


@router.post("/uploads/small", response={201: dict[str, Any]})
def create(request: HttpRequest) -> Status[dict[str, Any]]:
    """`Upload-Lengths: 4160,317,…` says where one payload ends and the next begins.

    VaultError `small_replaces`: what is sealed anew frees the bytes of what it replaces, so each goes alone.
    """
    tus.require_version(request)
    lengths, (vault_id, replaced) = _lengths(request), tus.metadata_of(request)
    if replaced:
        raise VaultError("small_replaces")
    with tus.receiving(request):
        begun = actions.begin_uploads(by=person_of(request), vault_id=vault_id, lengths=lengths)
        try:
            staging.receive_whole([(upload.id, upload.length) for upload in begun], request)
        except BaseException:
            actions.drop_uploads(begun)
            raise
    return Status(201, {"uploads": [upload.id for upload in begun]})


def _lengths(request: HttpRequest) -> list[int]:
    """VaultError `upload_bad`, `too_many` (400), `too_large` (413)."""
    if request.content_type != STREAM_TYPE:
        raise VaultError("upload_bad", status=415)
    texts = request.headers.get("Upload-Lengths", "").split(",")
    if len(texts) > MAX_PAYLOADS:
        raise VaultError("too_many", most=MAX_PAYLOADS)
    lengths = [tus.whole(text) for text in texts]
    if min(lengths) < tus.MIN_PAYLOAD_BYTES:
        raise VaultError("upload_bad")
    if max(lengths) > MAX_PAYLOAD_BYTES or sum(lengths) > MAX_BYTES:
        raise VaultError("too_large", status=413)
    return lengths
