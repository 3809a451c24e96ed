"""The doors of views: who is signed in, or away with him."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from siegel.accounts.models import Person, SignedInSession
from siegel.accounts.sessions import visited
from siegel.base.errors import BaseError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(request: HttpRequest) -> Person | None:
    """For API routers: `Router(auth=signed_in)` answers 401 to everyone else."""
    return visited(request).person


def person_of(request: HttpRequest) -> Person:
    """The person who is signed in; BaseError `signed_out` (401) otherwise."""
    person = visited(request).person
    if person is None:
        raise BaseError("signed_out", status=401)
    return person


def session_of(request: HttpRequest) -> SignedInSession:
    """The live session; BaseError `signed_out` (401) otherwise."""
    session = visited(request).signed_in
    if session is None:
        raise BaseError("signed_out", status=401)
    return session


def sign_in_required(view: View[P]) -> View[P]:
    """For pages: whoever is not signed in goes to the sign-in page, and from there to the page he asked for."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visit = visited(request)
        if visit.person is None:
            query = {"grund": "abgelaufen"} if visit.session_expired else {}
            if request.method == "GET" and request.path != "/":
                query["next"] = request.get_full_path()
            address = reverse("accounts:sign_in")
            return redirect(f"{address}?{urlencode(query)}" if query else address)
        return view(request, *args, **kwargs)

    return guarded
