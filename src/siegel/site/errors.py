"""Error pages in our words: what happened, what is with the data, what to do."""

from dataclasses import dataclass

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from siegel.site.context import theme_of

log = structlog.get_logger("siegel.errors")

Text = str | Promise


@dataclass(frozen=True)
class Wording:
    icon: str
    title: Text
    text: Text


WORDINGS = {
    400: Wording(
        "slash-circle",
        _("Diese Anfrage war nicht zu verstehen"),
        _("Es wurde nichts geändert. Bitte gehen Sie zurück und versuchen Sie es noch einmal."),
    ),
    403: Wording(
        "slash-circle",
        _("Das steht Ihnen nicht offen"),
        _("Es wurde nichts geändert. Wenn Sie Zugriff brauchen, fragen Sie bitte Ihre Kanzlei."),
    ),
    404: Wording(
        "signpost-split",
        _("Diese Seite gibt es nicht"),
        _("Vielleicht wurde sie verschoben, oder sie ist Ihnen nicht zugewiesen. Ihre Dateien sind unverändert."),
    ),
    413: Wording(
        "file-earmark-x",
        _("Das ist zu groß"),
        _("Eine Datei muss kleiner als 2 GB sein. Es wurde nichts gespeichert."),
    ),
    429: Wording(
        "hourglass-split",
        _("Zu viele Versuche"),
        _("Bitte warten Sie einige Minuten. Ihre Dateien sind unverändert."),
    ),
    500: Wording(
        "exclamation-triangle",
        _("Das hat nicht geklappt"),
        _("Der Fehler liegt bei uns. Gespeicherte Dateien sind unverändert. Bitte versuchen Sie es noch einmal."),
    ),
    503: Wording(
        "tools",
        _("Siegel ist gerade nicht erreichbar"),
        _("Bitte versuchen Sie es in einigen Minuten noch einmal. Gespeicherte Dateien sind unverändert."),
    ),
}
SESSION_OVER = Wording(
    "lock",
    _("Diese Seite war zu lange offen"),
    _("Zu Ihrer Sicherheit wurde nichts geändert. Bitte laden Sie die Seite neu."),
)


def page(request: HttpRequest, status: int, wording: Wording | None = None) -> HttpResponse:
    """The error page for one of the statuses above. It needs neither database nor bundle: it works when they fail."""
    context = {
        "status": status,
        "wording": wording or WORDINGS[status],
        "theme": theme_of(request),
        "error_reference": getattr(request, "error_reference", ""),
    }
    return HttpResponse(render_to_string("site/error.html", context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called by Django while the exception is being handled, so that the log can tell where it came from."""
    log.error("unexpected", exc_info=True)
    return page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, 403, SESSION_OVER)
