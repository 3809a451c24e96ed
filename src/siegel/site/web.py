"""Help, legal pages, language and theme, health."""

from collections.abc import Collection

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from siegel.site.context import THEME_COOKIE, THEMES

YEAR_S = 365 * 24 * 60 * 60


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "site/help.html")


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    return render(request, "site/imprint.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "site/privacy.html")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    wish = request.POST.get("language", "")
    return _keep(request, settings.LANGUAGE_COOKIE_NAME, wish, dict(settings.LANGUAGES))


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    return _keep(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while the database answers; whoever asks needs no sign-in and learns nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def _keep(request: HttpRequest, cookie: str, wish: str, allowed: Collection[str]) -> HttpResponse:
    """Store a display wish in a cookie and go back; an unknown wish changes nothing."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = redirect(target)
    if wish in allowed:
        response.set_cookie(cookie, wish, max_age=YEAR_S, secure=settings.SECURE, httponly=True, samesite="Lax")
    return response
