"""Resumable uploads, tus 1.0 (https://tus.io/protocols/resumable-upload): creation, creation-with-upload, termination,
expiration. Bodies stream to the staging file; Upload-Metadata carries the vault's id, and the hash of the manifest in
whose place the payload is to come, sealed anew, where that is so.
"""

import base64
import binascii
from contextlib import AbstractContextManager

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from ninja import Router

from siegel.accounts.doors import person_of, session_of, signed_in
from siegel.base.bodies import STREAM_TYPE
from siegel.base.places import Places
from siegel.lib.age import sealed_size
from siegel.seals.canonical import unb64
from siegel.seals.documents import MAX_CONTENT_SIZE
from siegel.seals.errors import IntegrityError
from siegel.vault import queries, staging
from siegel.vault.actions import uploads as actions
from siegel.vault.errors import VaultError
from siegel.vault.models import Upload

VERSION = "1.0.0"
HASH_BYTES = 32
MAX_PAYLOAD_BYTES = sealed_size(MAX_CONTENT_SIZE)
MIN_PAYLOAD_BYTES = sealed_size(0)
# The browser sends three files of a person at once, the program `siegel` four.
RECEIVING = Places(total=10, each=6)
OPTIONS = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,creation-with-upload,termination,expiration",
    "Tus-Max-Size": str(MAX_PAYLOAD_BYTES),
}

router = Router(auth=signed_in)


@router.api_operation(["OPTIONS"], "/uploads")
def options(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204, headers={"Tus-Resumable": VERSION, **OPTIONS})


@router.post("/uploads")
def create(request: HttpRequest) -> HttpResponse:
    """Creation, with the first (or all) bytes when the body is a stream."""
    require_version(request)
    length, (vault_id, old) = _length(request), metadata_of(request)
    if request.content_type != STREAM_TYPE:
        return _created(actions.begin_upload(by=person_of(request), vault_id=vault_id, length=length, replaces=old))
    with receiving(request):
        upload = actions.begin_upload(by=person_of(request), vault_id=vault_id, length=length, replaces=old)
        return _created(upload, str(_receive(request, upload, 0)))


@router.api_operation(["HEAD"], "/uploads/{upload_id}")
def offset(request: HttpRequest, upload_id: str) -> HttpResponse:
    require_version(request)
    upload = queries.upload_of(person_of(request), upload_id)
    headers = {"Upload-Offset": str(staging.arrived(upload.id)), "Upload-Length": str(upload.length)}
    return _answer(200, upload, headers)


@router.patch("/uploads/{upload_id}")
def append(request: HttpRequest, upload_id: str) -> HttpResponse:
    require_version(request)
    if request.content_type != STREAM_TYPE:
        raise VaultError("upload_bad", status=415)
    upload = queries.upload_of(person_of(request), upload_id)
    with receiving(request):
        new_offset = _receive(request, upload, whole(request.headers.get("Upload-Offset")))
    return _answer(204, upload, {"Upload-Offset": str(new_offset)})


@router.delete("/uploads/{upload_id}")
def terminate(request: HttpRequest, upload_id: str) -> HttpResponse:
    require_version(request)
    upload = queries.upload_of(person_of(request), upload_id)
    actions.drop_upload(upload)
    return HttpResponse(status=204, headers={"Tus-Resumable": VERSION})


def receiving(request: HttpRequest) -> AbstractContextManager[None]:
    """A place for as long as a body is read; BaseError `busy` (503)."""
    return RECEIVING.taken(str(person_of(request).pk))


def _created(upload: Upload, offset: str | None = None) -> HttpResponse:
    headers = {"Location": f"/api/uploads/{upload.id}"}
    return _answer(201, upload, headers if offset is None else {**headers, "Upload-Offset": offset})


def _receive(request: HttpRequest, upload: Upload, at: int) -> int:
    recheck = queries.still_held(session_of(request), upload.vault_id)
    return staging.receive(upload.id, request, offset=at, length=upload.length, recheck=recheck)


def _answer(status: int, upload: Upload, headers: dict[str, str]) -> HttpResponse:
    expires = http_date(upload.expires_at.timestamp())
    return HttpResponse(
        status=status,
        headers={"Tus-Resumable": VERSION, "Upload-Expires": expires, "Cache-Control": "no-store", **headers},
    )


def require_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise VaultError("upload_version", status=412)


def _length(request: HttpRequest) -> int:
    """Upload-Length in bytes; deferred lengths are not offered: the sealed size is known before the upload."""
    length = whole(request.headers.get("Upload-Length"))
    if length > MAX_PAYLOAD_BYTES:
        raise VaultError("too_large", status=413)
    if length < MIN_PAYLOAD_BYTES:
        raise VaultError("upload_bad")
    return length


def whole(text: str | None) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15:
        raise VaultError("upload_bad")
    return int(text)


def metadata_of(request: HttpRequest) -> tuple[str, str]:
    """The vault's id, and the hash of the manifest to be replaced or "". VaultError `upload_bad`."""
    pairs = [pair.partition(" ") for pair in request.headers.get("Upload-Metadata", "").split(",")]
    try:
        told = {name: base64.b64decode(value, validate=True).decode("ascii") for name, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError):
        raise VaultError("upload_bad") from None
    if "vault" not in told or told.keys() - {"vault", "replaces"} or len(told) < len(pairs):
        raise VaultError("upload_bad")
    if "replaces" in told:
        _require_hash(told["replaces"])
    return told["vault"], told.get("replaces", "")


def _require_hash(text: str) -> None:
    """VaultError `upload_bad` for what names no manifest: it would be kept with the upload, however long it is."""
    try:
        unb64(text, HASH_BYTES)
    except IntegrityError:
        raise VaultError("upload_bad") from None
