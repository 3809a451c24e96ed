"""Cross-site request forgery: every unsafe request needs the token, signing in included."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware, get_token

from siegel.base.api import error_response
from siegel.base.errors import BaseError

API_PREFIX = "/api/"


def _view() -> HttpResponse:
    """Stands in for the real view, so that no mark on a view can exempt it. Never called."""
    raise NotImplementedError


class StrictCsrf(CsrfViewMiddleware):
    """Django's check without exemptions: the API library exempts its views and would check only some of them.

    A first GET of the API plants the cookie, so that a program without pages can sign in.
    """

    def process_view(
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> HttpResponseForbidden | None:
        is_api = request.path_info.startswith(API_PREFIX)
        if is_api and settings.CSRF_COOKIE_NAME not in request.COOKIES:
            get_token(request)
        refusal = super().process_view(request, _view, callback_args, callback_kwargs)
        if refusal is not None and is_api:
            answer = error_response(BaseError("csrf", status=403))
            return HttpResponseForbidden(answer.content, content_type="application/json")
        return refusal
