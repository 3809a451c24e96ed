"""Bodies of requests: read at the door, bounded in size and in how many are read at once.

No form and no program of ours sends multipart/form-data, and Django would write its files to the disk before anybody
asked who sends them: it is refused unread. Payloads of uploads are read by the vault, everything else here, before the
first check that could wait for a slow line.
"""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django.http.response import HttpResponseBase

from siegel.base.api import error_response
from siegel.base.errors import BaseError, DomainError
from siegel.base.origin import address_of, source_of
from siegel.base.places import Places

UPLOADS = "/api/uploads"
STREAM_TYPE = "application/offset+octet-stream"
READING = Places(total=8, each=6)


class Bodies:
    """Answers 415, 400 (also for a body over DATA_UPLOAD_MAX_MEMORY_SIZE), or 503 when too many are being read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            if request.content_type == "multipart/form-data":
                raise BaseError("bad_request", status=415)
            if not _is_payload(request):
                _read(request)
        except DomainError as error:
            return error_response(error)
        return self.get_response(request)


def _is_payload(request: HttpRequest) -> bool:
    """By the type too: a form sent there would be read by the check for forgeries."""
    return request.path_info.startswith(UPLOADS) and request.content_type == STREAM_TYPE


def _read(request: HttpRequest) -> None:
    """Afterwards `request.body` is in memory."""
    if request.META.get("CONTENT_LENGTH") in (None, "", "0"):
        return
    with READING.taken(source_of(address_of(request))):
        try:
            request.body  # noqa: B018 (a property that reads)
        except (RequestDataTooBig, UnreadablePostError) as error:
            raise BaseError("bad_request", status=400) from error
