"""Puts person, tenant and session on every request (`sessions`), and into the log what was refused (`denials`)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from siegel.accounts import denials, sessions


class Sessions:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sessions.recognise(request)
        response = self.get_response(request)
        denials.note(request, response.status_code)
        sessions.note_use(request)
        sessions.write_cookies(request, response)
        return response
