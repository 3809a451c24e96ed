"""What surrounds every request: the log line, headers, the content policy, the language."""

import secrets
import time
from collections.abc import Callable

import csp.constants as csp
import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from siegel.base.api import has_nul
from siegel.site import errors

GetResponse = Callable[[HttpRequest], HttpResponseBase]

log = structlog.get_logger("siegel.request")

# Crockford's alphabet: read out on the telephone without mistakes.
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# A browser worker takes its policy from its own response, so the bundle's files need the key pages' one.
KEY_POLICY = {
    "script-src": [csp.SELF, csp.WASM_UNSAFE_EVAL],
    # blob: previews. self: what a service worker saves is asked for in a frame; no page of ours lets itself be framed.
    "frame-src": [csp.SELF, "blob:"],
    "trusted-types": ["siegel-worker", "siegel-parser"],
}
PERMISSIONS = (
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(),"
    " display-capture=(), browsing-topics=()"
)


class RequestLog:
    """Gives each request a reference that people can read out, and writes one line about it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reference = "F-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(6))
        request.error_reference = reference  # type: ignore[attr-defined]
        started = time.monotonic()
        with structlog.contextvars.bound_contextvars(reference=reference):
            response = self.get_response(request)
            if not request.path_info.startswith(settings.STATIC_URL):
                self._write(request, response, time.monotonic() - started)
        return response

    def _write(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            # the pattern, not the path: a path may hold what somebody typed
            route=match.route if match else "",
            status=response.status_code,
            duration_ms=round(seconds * 1000, 1),
        )


class NulTexts:
    """What was asked with a NUL in it is not understood; on SQLite it is not found."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.page(request, 400) if has_nul(exception) else None


class Headers:
    """Headers that Django does not set itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cache-Control", "no-store")
        if settings.SECURE:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


class ContentPolicy(CSPMiddleware):
    """The content security policy; wider by three entries where keys are used (`{% bundle … keys=True %}`)."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        if getattr(request, "uses_keys", False) or request.path_info.startswith(f"{settings.STATIC_URL}bundle/"):
            parts.replace = {**KEY_POLICY, **(parts.replace or {})}
        return parts


class Language:
    """German unless the person chose otherwise: an English browser on a German desk is no wish for English."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wish = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = wish if wish in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Language", language)
        return response
