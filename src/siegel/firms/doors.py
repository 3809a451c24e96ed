"""The doors of views that ask for a role. Whoever may not see a thing learns nothing of it: 404."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from siegel.accounts.doors import person_of, sign_in_required
from siegel.accounts.models import Person
from siegel.accounts.sessions import visited
from siegel.firms.log_mails import may_compare
from siegel.firms.queries import Standing, standing

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def standing_of(request: HttpRequest) -> Standing | None:
    """The standing of whoever is signed in; asked of the database once per request."""
    if not hasattr(request, "_standing"):
        person = visited(request).person
        request._standing = standing(person) if person else None  # type: ignore[attr-defined]
    return cast("Standing | None", request._standing)  # type: ignore[attr-defined]


def is_owner(request: HttpRequest) -> bool:
    found = standing_of(request)
    return found is not None and found.role == "owner"


def owner_person(request: HttpRequest) -> Person:
    """The signed-in owner; Http404 for everybody else who is signed in."""
    person = person_of(request)
    if not is_owner(request):
        raise Http404
    return person


def staff_person(request: HttpRequest) -> Person:
    """The signed-in member of staff; Http404 for everybody else who is signed in."""
    person = person_of(request)
    found = standing_of(request)
    if found is None or not found.is_staff:
        raise Http404
    return person


def log_reader(request: HttpRequest) -> Person:
    """The signed-in member of staff, or whom the owner has chosen to hold the log's head; Http404 for others."""
    person = person_of(request)
    found = standing_of(request)
    if found is None or not (found.is_staff or may_compare(person)):
        raise Http404
    return person


def may_invite_staff(request: HttpRequest) -> bool:
    """Owners and office leaders."""
    found = standing_of(request)
    return found is not None and found.role in ("owner", "office_leader")


def staff_required(view: View[P]) -> View[P]:
    """For pages of the staff: others who are signed in get 404, visitors the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        staff_person(request)
        return view(request, *args, **kwargs)

    return sign_in_required(guarded)
