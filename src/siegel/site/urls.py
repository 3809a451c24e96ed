"""All addresses: the rooms' own, the site's pages, the API."""

from django.urls import include, path

from siegel.site import web
from siegel.site.api import api

site = [
    path("hilfe", web.help_page, name="help"),
    path("impressum", web.imprint, name="imprint"),
    path("datenschutz", web.privacy, name="privacy"),
    path("sprache", web.set_language, name="language"),
    path("darstellung", web.set_theme, name="theme"),
    path("gesund", web.health, name="health"),
]

urlpatterns = [
    path("api/", api.urls),
    path("", include("siegel.accounts.urls")),
    path("", include("siegel.firms.urls")),
    path("", include("siegel.keys.urls")),
    path("", include("siegel.vault.urls")),
    path("", include("siegel.desk.urls")),
    path("", include((site, "site"))),
]

handler400 = "siegel.site.errors.bad_request"
handler403 = "siegel.site.errors.forbidden"
handler404 = "siegel.site.errors.not_found"
handler500 = "siegel.site.errors.server_error"
