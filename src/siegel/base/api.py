"""How the JSON API answers errors: `{code, message}`, the message in the language of the request."""

import errno
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from siegel.base.errors import BaseError, DomainError, message_of

log = structlog.get_logger("siegel.api")

RETRY_AFTER_S = 2
# Of SQLite and PostgreSQL; after each of them nothing was changed.
BUSY = ("locked", "lock timeout", "deadlock detected")
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def error_response(error: DomainError) -> JsonResponse:
    body = {"code": error.code, "message": message_of(error.code, **error.params)}
    headers = {"Retry-After": str(RETRY_AFTER_S)} if error.status == 503 else None
    return JsonResponse(body, status=error.status, headers=headers)


def explain_errors(api: NinjaAPI) -> None:
    """Make `api` answer every error in our form. An answer never repeats what was sent: that may be a secret."""

    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        return error_response(error)

    def not_found(request: HttpRequest, error: Any) -> HttpResponse:
        return error_response(BaseError("not_found", status=404))

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        return error_response(BaseError("bad_request", status=400))

    def signed_out(request: HttpRequest, error: Any) -> HttpResponse:
        return error_response(BaseError("signed_out", status=401))

    def other(request: HttpRequest, error: Any) -> HttpResponse:
        known = _known(error)
        if known is None:
            log.error("unexpected", exc_info=error)
            known = BaseError("unexpected", status=500)
        return error_response(known)

    api.add_exception_handler(DomainError, refused)
    api.add_exception_handler(Http404, not_found)
    for kind in (ValidationError, HttpError, RequestDataTooBig):
        api.add_exception_handler(kind, invalid)
    api.add_exception_handler(AuthenticationError, signed_out)
    api.add_exception_handler(Exception, other)


def has_nul(error: Exception) -> bool:
    """Whether PostgreSQL refused a text with a NUL in it, which SQLite looks for in vain. Nothing was changed."""
    return isinstance(error, DataError) and "NUL" in str(error)


def _known(error: Exception) -> BaseError | None:
    """Conditions of the machine that have a text of their own, and what the database cannot be asked."""
    if has_nul(error):
        return BaseError("bad_request", status=400)
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return BaseError("disk_full", status=507)
    if isinstance(error, OperationalError):
        text = str(error)
        if "is full" in text or "No space left" in text:
            return BaseError("disk_full", status=507)
        if any(sign in text for sign in BUSY):
            return BaseError("busy", status=503)
    return None
