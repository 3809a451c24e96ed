"""A stored payload as a stream with ranges (RFC 9110, section 14): one range per answer, in pieces."""

import re
from collections.abc import Callable, Iterator

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from siegel.base import blobs
from siegel.base.models import Blob
from siegel.vault.staging import RECHECK_BYTES

PIECE_BYTES = 1 << 20
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


class UnsatisfiableError(Exception):
    """The range begins behind the end."""


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(first, length) of the one range asked for; None for the whole: no, several or malformed ranges.

    Raises UnsatisfiableError when the range holds no byte of the payload.
    """
    match = RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None
    first_text, last_text = match.groups()
    if not first_text:
        length = min(int(last_text), size)
        first, last = size - length, size - 1
    else:
        first, last = int(first_text), min(int(last_text), size - 1) if last_text else size - 1
        if last_text and int(last_text) < first:
            return None
    if first >= size or last < first:
        raise UnsatisfiableError
    return first, last - first + 1


def response(blob: Blob, range_header: str | None, *, recheck: Callable[[], None]) -> HttpResponseBase:
    """200 with everything, 206 with a range, 416. `recheck` is called every 4 MiB; when it raises, the stream ends."""
    etag = f'"{blob.id}"'
    common = {"Accept-Ranges": "bytes", "ETag": etag, "Cache-Control": "private, no-store"}
    try:
        part = wanted_range(range_header, blob.size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{blob.size}", **common})
    first, length = part or (0, blob.size)
    headers = {"Content-Length": str(length), "Content-Type": "application/octet-stream", **common}
    if part:
        headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{blob.size}"
    pieces = _pieces(blob.id, first, length, recheck)
    return StreamingHttpResponse(pieces, status=206 if part else 200, headers=headers)


def _pieces(blob_id: str, first: int, length: int, recheck: Callable[[], None]) -> Iterator[bytes]:
    until_check = RECHECK_BYTES
    with blobs.open_blob(blob_id, offset=first) as file:
        while length:
            piece = file.read(min(PIECE_BYTES, length))
            if not piece:
                raise OSError(f"blob {blob_id} is shorter than its row says")
            yield piece
            length -= len(piece)
            until_check -= len(piece)
            if until_check <= 0:
                recheck()
                until_check = RECHECK_BYTES
